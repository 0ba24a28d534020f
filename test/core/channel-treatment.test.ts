/** Means and deviations of channels go to the numbers of their channel, or are refused. */
import { describe, expect, test } from "vitest";
import { normalizationText, treatmentOf } from "../../src/core/channel-treatment.ts";
import { UsageError } from "../../src/core/errors.ts";
import { inputsText } from "../../src/core/input-treatment.ts";
import { meanAndDeviation, saidNormalization } from "../../src/core/option-checks.ts";

const colours = { mean: [0.4914, 0.4822, 0.4465], sd: [0.247, 0.2435, 0.2616] };

/** By its axes: which channel a number belongs to. */
function channelsByLoops(shape: readonly [number, number, number], axis: 0 | 2): number[] {
  const channels: number[] = [];
  for (let i = 0; i < shape[0]; i++) {
    for (let j = 0; j < shape[1]; j++) for (let k = 0; k < shape[2]; k++) channels.push(axis === 0 ? i : k);
  }
  return channels;
}

describe("means and deviations of channels", () => {
  test.each([
    [[3, 32, 32], 0],
    [[32, 32, 3], 2],
    [[3, 5, 7], 0],
    [[5, 7, 3], 2],
  ] as const)("go to all numbers of their channel in pictures %j", (shape, axis) => {
    const places = channelsByLoops(shape, axis);
    expect(treatmentOf(colours, shape, "pictures")).toEqual({
      means: Float32Array.from(places, (channel) => colours.mean[channel]!),
      deviations: Float32Array.from(places, (channel) => colours.sd[channel]!),
    });
  });

  test.each([
    [[5, 8, 8], 0],
    [[8, 8, 5], 2],
  ] as const)("may be of more channels than colours are, where one axis alone has so many: %j", (shape, axis) => {
    const mean = [1, 2, 3, 4, 5];
    const { means } = treatmentOf({ mean, sd: mean }, shape, "bands");
    expect([...means]).toEqual(channelsByLoops(shape, axis).map((channel) => mean[channel]!));
  });

  test("are one of each for all where channels do not differ", () => {
    const alike = treatmentOf({ mean: [0.5, 0.5, 0.5], sd: [0.25, 0.25, 0.25] }, [3, 4, 4], "pictures");
    expect(alike).toEqual(treatmentOf({ mean: 0.5, sd: 0.25 }, [3, 4, 4], "pictures"));
    expect(treatmentOf({ mean: [1, 1, 1], sd: [1, 1, 2] }, [3, 4, 4], "pictures").means).toHaveLength(48);
  });

  test.each<[string, readonly number[], number, RegExp]>([
    [
      "more than channels, channels first",
      [3, 32, 32],
      4,
      /expected: 3 means and 3 deviations.*3 x 32 x 32\n.*4 of each/,
    ],
    [
      "fewer than channels, channels last",
      [32, 32, 3],
      2,
      /expected: 3 means and 3 deviations.*32 x 32 x 3\n.*2 of each/,
    ],
    ["of grey pictures", [28, 28], 3, /expected: 1 mean and 1 deviation.*28 x 28\n.*3 of each\n.*mean,sd/],
    ["of grey pictures with an axis for it", [1, 28, 28], 3, /expected: 1 mean and 1 deviation/],
    ["of a table", [3072], 3, /found: +3072 numbers without axes\n.*mean,sd, or the samples as arrays with axes/],
    ["of pictures that have so many of either end", [3, 32, 3], 3, /3 x 32 x 3, of which no axis is known/],
    ["of pictures that have so many of neither end", [9, 8, 9], 8, /9 x 8 x 9, of which no axis is known/],
    ["of four axes", [2, 3, 4, 4], 3, /2 x 3 x 4 x 4, of which no axis is known/],
  ])("%s are refused", (_, shape, count, message) => {
    const numbers = Array.from({ length: count }, (__, index) => index + 1);
    const attempt = () => treatmentOf({ mean: numbers, sd: numbers }, shape, "animals");
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(/^animals: means and deviations of channels do not fit the samples\n/);
    expect(attempt).toThrow(message);
  });

  test("are told by the numbers, where the channels are known", () => {
    const inputTreatment = treatmentOf(colours, [4, 4, 3], "pictures");
    const each = "0.4914,0.4822,0.4465/0.247,0.2435,0.2616";
    expect(normalizationText(colours)).toBe(each);
    expect(inputsText({ inputType: "bytes", inputTreatment }, [4, 4, 3])).toBe(
      `(byte / 255 - mean) / deviation, of channels ${each}`,
    );
    for (const shape of [undefined, [48], [3, 4, 4]])
      expect(inputsText({ inputTreatment }, shape)).toBe("(x - mean) / deviation, of each of 48 features");
  });
});

test("texts of means and deviations are read as they are written; one channel is the same as all inputs", () => {
  const read = (text: string) => meanAndDeviation.take(saidNormalization(text, (list) => list.split(",").map(Number)));
  for (const one of [colours, { mean: 0.1307, sd: 0.3081 }]) expect(read(normalizationText(one))).toEqual(one);
  expect(read("0.1307/0.3081")).toEqual({ mean: 0.1307, sd: 0.3081 });
});
