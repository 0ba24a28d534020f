/** Comparison of what a device computed with what a reference computed; a mismatch says all there is to know in five lines. */
import { expect } from "vitest";
import type { GpuContext } from "../../src/gpu/device/context.ts";

/** What was compared: shown first in the message. */
export interface Subject {
  readonly gpu: GpuContext;
  /** Kernel, variant and sizes. */
  readonly what: string;
  /** Shape of both arrays, so that a mismatch is named by its indices. */
  readonly shape: readonly number[];
}

/** Expects the same values, bit for bit but for the sign of zero. */
export function expectEqual(subject: Subject, got: ArrayLike<number>, want: ArrayLike<number>): void {
  expectWithin(subject, got, want, 0);
}

/**
 * Expects |got - want| <= bound everywhere.
 * @param bound one for all values, or one for each
 */
export function expectWithin(
  subject: Subject,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  bound: number | ArrayLike<number>,
): void {
  const { what, shape } = subject;
  const length = shape.reduce((product, size) => product * size, 1);
  expect([got.length, want.length], `${what}: lengths for [${shape.join(", ")}]`).toEqual([length, length]);
  const boundAt = (index: number): number => (typeof bound === "number" ? bound : bound[index]!);
  let wrong = 0;
  let worst = { index: -1, excess: -1 };
  for (let index = 0; index < length; index++) {
    const difference = Math.abs(got[index]! - want[index]!);
    // Written so that NaN on either side is a mismatch.
    if (difference <= boundAt(index)) continue;
    wrong++;
    const excess = Number.isFinite(difference)
      ? difference / Math.max(boundAt(index), 1e-300)
      : Number.POSITIVE_INFINITY;
    if (excess > worst.excess) worst = { index, excess };
  }
  if (wrong === 0) return;
  const { index } = worst;
  const text = mismatch(subject, wrong, length, index, got[index]!, want[index]!, boundAt(index));
  expect.fail(text);
}

function mismatch(
  { gpu, what, shape }: Subject,
  wrong: number,
  length: number,
  index: number,
  got: number,
  want: number,
  bound: number,
): string {
  return [
    `${what}: ${wrong} of ${length} values differ, most at [${indicesOf(index, shape).join(", ")}]`,
    `  got:     ${got}`,
    `  want:    ${want}`,
    `  bound:   ${bound}, exceeded by ${Math.abs(got - want) - bound}`,
    `  adapter: ${gpu.facts.description}`,
  ].join("\n");
}

function indicesOf(index: number, shape: readonly number[]): number[] {
  const indices: number[] = [];
  let rest = index;
  for (const size of [...shape].reverse()) {
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return indices;
}
