/** In which order data and network have the axes of a picture, and when that is not known. */
import { describe, expect, test } from "vitest";
import { type AxisMove, type ChannelOrder, channelsOf, decideAxes, placesAfter } from "../../src/core/sample-axes.ts";

test.each<[number[], ChannelOrder | undefined]>([
  [[3, 32, 32], "first"],
  [[32, 32, 3], "last"],
  [[3, 4, 4], "first"],
  [[4, 4, 3], "last"],
  [[4, 20, 3], "last"],
  [[4, 4, 2], "last"],
  [[1, 3, 8, 6], "first"],
  [[3, 3, 3], undefined],
  [[10, 28, 28], undefined],
  [[28, 28], undefined],
  [[28, 28, 1], undefined],
  [[2, 3, 8, 8], undefined],
])("%j has its channels %s", (shape, channels) => {
  expect(channelsOf(shape)).toBe(channels);
});

describe("from the data's order to the network's", () => {
  test.each<[string, number[] | undefined, number[], ChannelOrder | undefined, AxisMove]>([
    ["channels first and last", [32, 32, 3], [3, 32, 32], undefined, "first-to-last"],
    ["channels last and first", [3, 32, 32], [32, 32, 3], undefined, "last-to-first"],
    ["the same axes", [3, 32, 32], [3, 32, 32], undefined, "none"],
    ["axes of extent 1", [1, 3, 8, 6], [3, 8, 6, 1], undefined, "none"],
    ["neighbours taken together", [1024, 3], [3, 32, 32], undefined, "first-to-last"],
    ["neighbours of the data taken together", [3, 8, 6], [48, 3], undefined, "last-to-first"],
    ["grey pictures", [784], [28, 28], undefined, "none"],
    ["grey pictures with an option", [784], [28, 28], "first", "none"],
    ["grey pictures with an axis of one channel", [28, 28, 1], [28, 28], undefined, "none"],
    ["a network of axes and data without", [32, 32, 3], [3072], undefined, "none"],
    ["data of axes that are no channels", [7840], [10, 28, 28], undefined, "none"],
    ["an option", [3072], [3, 32, 32], "last", "first-to-last"],
    ["an option that says what is so", undefined, [3, 32, 32], "first", "none"],
    ["an option and channels last", undefined, [32, 32, 3], "first", "last-to-first"],
    ["an option that the file says, too", [32, 32, 3], [3, 32, 32], "last", "first-to-last"],
    ["three equal extents", [4, 4, 4], [4, 4, 4], undefined, "none"],
  ])("%s", (_, network, data, channels, move) => {
    expect(decideAxes(network, data, channels)).toMatchObject({ kind: "move", move });
  });

  test.each<[string, number[] | undefined, number[], ChannelOrder | undefined, string]>([
    ["is open for a network of one axis", [3072], [3, 32, 32], undefined, "open"],
    ["is open for a network that says nothing", undefined, [32, 32, 3], undefined, "open"],
    ["does not exist for height and width the other way round", [24, 32, 3], [32, 24, 3], undefined, "contradiction"],
    ["does not exist for transposed matrices", [20, 28], [28, 20], undefined, "contradiction"],
    ["is not what a file says otherwise", [32, 32, 3], [3, 32, 32], "first", "misfit"],
    ["is no question of tables", [3072], [3072], "first", "misfit"],
    ["cannot be chosen where no axis is one of channels", [7840], [10, 28, 28], "first", "misfit"],
  ])("%s", (_, network, data, channels, kind) => {
    expect(decideAxes(network, data, channels).kind).toBe(kind);
  });
});

test("places of the data's numbers among the network's", () => {
  // [2 channels, 1, 3]: number c * 3 + x of the data is number x * 2 + c of the network.
  expect([...placesAfter("first-to-last", [2, 1, 3])]).toEqual([0, 2, 4, 1, 3, 5]);
  expect([...placesAfter("last-to-first", [1, 3, 2])]).toEqual([0, 3, 1, 4, 2, 5]);
  expect([...placesAfter("none", [1, 3, 2])]).toEqual([0, 1, 2, 3, 4, 5]);
});
