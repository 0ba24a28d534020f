import { expect, test } from "vitest";
import { configOf } from "../../../../web/engine/settings.ts";
import { presetOf, presets, presetTexts } from "../../../../web/ui/state/presets.ts";
import { defaultSettings, readSettings, settingTexts } from "../../../../web/ui/state/settings.ts";

const own = { ...settingTexts(defaultSettings), repeats: "2", seed: "7" };

test.each(presets)("$name can be trained, keeps a visitor's seed and repeats, and is known in the form", (preset) => {
  const texts = presetTexts(preset, own);
  expect(presetOf(texts)).toBe(preset);
  const { settings } = readSettings(texts);
  expect(configOf(settings!, "mnist")).toMatchObject({ repeats: 2, seed: 7 });
});

test("settings of a visitor's own are no preset", () => {
  expect(presetOf({ ...own, epochs: "11" })).toBeUndefined();
  expect(presetOf({ ...own, epochs: "ten" })).toBeUndefined();
  expect(presetOf({ ...own, hidden: "100,100" })?.name).toBe("usual");
});
