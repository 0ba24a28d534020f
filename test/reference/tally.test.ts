/** The reference tally on cases small enough to do by hand. */
import { expect, test } from "vitest";
import { tallyBlocks } from "../../src/reference/tally.ts";

test("a tie goes to the lowest class", () => {
  const { right } = tallyBlocks([1, 1, 0, /**/ 1, 1, 0, /**/ 0, 2, 2], [0, 1, 1], 3);
  expect([...right]).toEqual([0b101, 0]);
});

test("right samples are bits, 32 to a word and two words to a block", () => {
  const labels = new Uint32Array(97);
  const logits = new Float64Array(2 * 97).map((_, at) =>
    at % 2 === 1 && ![0, 31, 32, 96].includes((at - 1) / 2) ? 1 : 0,
  );
  expect([...tallyBlocks(logits, labels, 2).right]).toEqual([0x80000001, 1, 0, 1]);
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
