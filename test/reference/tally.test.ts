/** The reference tally on cases small enough to do by hand. */
import { expect, test } from "vitest";
import { tallyBlocks } from "../../src/reference/tally.ts";

test("a tie goes to the lowest class", () => {
  const { correct } = tallyBlocks([1, 1, 0, /**/ 1, 1, 0, /**/ 0, 2, 2], [0, 1, 1], 3);
  expect([...correct]).toEqual([2]);
});

test("equal logits cost log C nats each, in blocks of 64", () => {
  const { losses } = tallyBlocks(new Float64Array(65 * 4), new Uint32Array(65), 4);
  expect(losses[0]).toBeCloseTo(64 * Math.log(4), 12);
  expect(losses[1]).toBeCloseTo(Math.log(4), 14);
});

test("huge logits neither overflow nor vanish", () => {
  expect([...tallyBlocks([1e5, 0], [1], 2).losses]).toEqual([1e5]);
  expect([...tallyBlocks([-1e5, 0], [1], 2).losses]).toEqual([0]);
});
