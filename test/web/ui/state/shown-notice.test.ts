/** Names from dropped files, as the page gets them. */
import { expect, test } from "vitest";
import type { LabNotice } from "../../../../web/engine/protocol.ts";
import { initialState } from "../../../../web/ui/state/lab-state.ts";
import { reduceNotice } from "../../../../web/ui/state/notices.ts";
import { defaultSettings, settingTexts } from "../../../../web/ui/state/settings.ts";
import { endless, expectShowable, hostile } from "../../../support/hostile-text.ts";
import { madeUpDataset } from "../../support/made-up-study.ts";

const empty = initialState(settingTexts(defaultSettings));

test.each([hostile, endless])("a study and its data are shown without them, and without end: %#", (name) => {
  const dataset = { ...madeUpDataset, name, classNames: [name, "b"] };
  const part = { file: name, reason: name, cost: name };
  const study: LabNotice = {
    type: "study",
    origin: "results-folder",
    label: name,
    dataset,
    widths: [784, 6, 10],
    live: false,
    lacking: name,
    missing: [part],
    warnings: [name],
    notes: [name],
    validationLabels: new Uint16Array(),
  };
  const state = reduceNotice(reduceNotice(empty, { type: "dataset", dataset, notes: [name] }), study);
  const about = state.study!.about;
  const texts = [
    state.dataset!.name,
    ...about.dataset.classNames!,
    about.dataset.name,
    about.label,
    about.lacking,
    ...about.warnings,
    ...about.notes,
    ...state.datasetNotes,
  ];
  for (const text of [...texts, ...Object.values(about.missing[0]!)]) expectShowable(text);
  expect(about.dataset.classNames![1]).toBe("b");
});
