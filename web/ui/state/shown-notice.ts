/** What the worker tells of files, as the page may show it: names that neither hide, turn the text, nor go on for ever. */
import { plainLine, plainName } from "../../../src/core/plain-text.ts";
import type { DatasetSummary } from "../../../src/core/study.ts";
import type { LabNotice } from "../../engine/protocol.ts";

function shownDataset({ name, classNames, ...summary }: DatasetSummary): DatasetSummary {
  return { ...summary, name: plainName(name), ...(classNames && { classNames: classNames.map(plainName) }) };
}

export function shownNotice(notice: LabNotice): LabNotice {
  if (notice.type === "dataset") {
    return { ...notice, dataset: shownDataset(notice.dataset), notes: notice.notes.map((each) => plainLine(each)) };
  }
  if (notice.type === "trainings") {
    const trainings = notice.trainings.map((one) => {
      return { ...one, name: plainName(one.name), dataset: shownDataset(one.dataset) };
    });
    return { ...notice, trainings };
  }
  if (notice.type !== "study") return notice;
  const missing = notice.missing.map(({ file, reason, cost }) => {
    return { file: plainLine(file), reason: plainLine(reason), cost: plainLine(cost) };
  });
  const dataset = shownDataset(notice.dataset);
  return {
    ...notice,
    dataset,
    label: plainName(notice.label),
    lacking: plainLine(notice.lacking),
    missing,
    warnings: notice.warnings.map((each) => plainLine(each)),
    notes: notice.notes.map((each) => plainLine(each)),
  };
}
