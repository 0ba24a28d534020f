/** What a visitor types about dropped files, as options. */
import { expect, test } from "vitest";
import { readReading } from "../../../../web/ui/state/reading.ts";

test.each([
  ["0.1307, 0.3081", { mean: 0.1307, sd: 0.3081 }],
  ["0.1307; 0.3081", { mean: 0.1307, sd: 0.3081 }],
  ["0.49, 0.48, 0.44 / 0.25, 0.24, 0.26", { mean: [0.49, 0.48, 0.44], sd: [0.25, 0.24, 0.26] }],
])("a mean and a deviation, or one of each for every channel: %s", (text, normalize) => {
  expect(readReading({ normalize: text })).toEqual({ options: { normalize }, faulty: [] });
});

test.each(["0.5", "1,2,3", "1,2/3", "1,2/3,0", "1,/2,3", "1/2/3", "a,1"])("%s is marked as faulty", (text) => {
  expect(readReading({ normalize: text })).toEqual({ options: {}, faulty: ["normalize"] });
});
