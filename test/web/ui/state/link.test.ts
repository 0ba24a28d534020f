/** Settings from forms and links: there and back, and nothing that makes no sense. */
import { describe, expect, test } from "vitest";
import type { LabSettings } from "../../../../web/engine/protocol.ts";
import { linkOf, settingsFromLink } from "../../../../web/ui/state/link.ts";
import { defaultSettings, readSettings, settingTexts } from "../../../../web/ui/state/settings.ts";

const unusual: LabSettings = {
  hidden: [30, 7, 12],
  activation: "relu",
  epochs: 3,
  repeats: 8,
  seed: 9007199254740991,
  batchSize: 64,
  learningRate: 0.0025,
  l2: 0,
  noisyLabels: 25,
  bits: 5,
  bins: "equal-frequency",
  singles: 12,
};

describe("a link", () => {
  test("brings back every setting", () => {
    expect(settingsFromLink(`#${linkOf(unusual)}`)).toEqual(unusual);
  });

  test("holds nothing that an address has to escape", () => {
    expect(linkOf(unusual)).not.toMatch(/%|\s/);
  });

  test("without settings gives the defaults", () => {
    expect(settingsFromLink("")).toEqual(defaultSettings);
    expect(settingsFromLink("#something=else")).toEqual(defaultSettings);
  });

  test.each([
    "epochs=0",
    "epochs=ten",
    "hidden=0-10",
    "activation=step",
    "seed=-1",
    "learningRate=NaN",
    "repeats=1e9",
    "bits=9",
    "bins=x",
    "singles=0",
    "singles=some",
  ])("leaves at its default what makes no sense: %s", (part) => {
    expect(settingsFromLink(`#batchSize=16&${part}`)).toEqual({ ...defaultSettings, batchSize: 16 });
  });
});

describe("settings as texts", () => {
  test("are read back as they were", () => {
    expect(readSettings(settingTexts(unusual))).toEqual({ settings: unusual, faulty: [] });
  });

  test("name every field that cannot be read, and give no settings then", () => {
    const texts = { ...settingTexts(defaultSettings), hidden: "10,,10", seed: "1.5", l2: "" };
    expect(readSettings(texts)).toEqual({ faulty: ["hidden", "seed", "l2"] });
  });
});
