/** Correct predictions and loss of many jobs over a split, added up from the blocks that the device tallies. */
import type { GpuContext } from "../gpu/device/context.ts";
import { type DeviceArray, read } from "../gpu/device/device-array.ts";
import { f32, plannedArrays, u32x2, uniforms } from "../gpu/device/layout.ts";
import { Owned } from "../gpu/device/owned.ts";
import { lanesOf } from "../gpu/device/packing.ts";
import { type PlanBasis, type PlannedArray, readBack } from "../gpu/device/plan-basis.ts";
import type { Recorder } from "../gpu/device/recorder.ts";
import { writeUniforms } from "../gpu/device/uniforms.ts";
import { tally } from "../gpu/generated/shaders.ts";
import { BLOCK, createTallyBlocks, type TallyRange, tallyGrid } from "../gpu/kernels/tally.ts";
import type { DeviceSplit } from "./device-split.ts";
import { ones } from "./right-bits.ts";

export interface Tally {
  /** [jobs]: samples classified correctly. Exact. */
  readonly correct: Uint32Array;
  /** [jobs]: sum of the cross-entropies, nats. */
  readonly lossSum: Float64Array;
  /** [jobs, words]: which samples are classified correctly (right-bits.ts). */
  readonly right: Uint32Array;
}

/** What the slabs of `logits` hold at one encode. */
export interface TallyPart {
  readonly first: number;
  readonly count: number;
  readonly firstJob: number;
  /** Slabs in use. */
  readonly slabs: number;
}

export interface Tallier {
  encode(to: Recorder, part: number): void;
  /**
   * Waits, and adds up the blocks: integers exactly, losses in float64 and block order.
   * @param lossesBefore [jobs] sums over the pages before this one, which go on here; 0 by default
   */
  total(lossesBefore?: Float64Array): Promise<Tally>;
  [Symbol.dispose](): void;
}

/** @param parts that are encoded */
export function tallyLayout(jobs: number, samples: number, parts: number) {
  const blocks = Math.ceil(samples / BLOCK);
  return { range: uniforms(tally, "Range", parts), losses: f32(jobs, blocks), right: u32x2(jobs, blocks) };
}

/** What a tallier takes, with the copy that is read back. */
export function tallyArrays(basis: PlanBasis, layout: ReturnType<typeof tallyLayout>): PlannedArray[] {
  return [...plannedArrays(basis, layout), readBack(plannedArrays(basis, layout.right, "right"))];
}

/**
 * @param logits [slabs, rows, lanes of the classes]
 * @param parts every part that will be encoded, each once
 */
export async function createTallier(
  gpu: GpuContext,
  logits: DeviceArray<"f32", 3>,
  split: DeviceSplit,
  jobs: number,
  parts: readonly TallyPart[],
): Promise<Tallier> {
  const blocks = Math.ceil(split.count / BLOCK);
  const ranges: TallyRange[] = parts.map(({ first, count, firstJob }) => ({
    first,
    count,
    slab_rows: logits.shape[1]!,
    lanes: lanesOf(split.classes),
    classes: split.classes,
    first_job: firstJob,
    blocks,
  }));
  using own = new Owned(gpu);
  const { range, right, losses } = own.allocate(tallyLayout(jobs, split.count, parts.length));
  writeUniforms(gpu, tally, range, ranges);
  const kernel = await createTallyBlocks(gpu);
  const bound = kernel.bind({ range, logits, labels: split.labels, right, losses });
  const kept = own.move();
  return {
    encode(to, part) {
      const { count, slabs } = parts[part]!;
      bound.encode(to, tallyGrid(count, slabs), part);
    },
    async total(lossesBefore = new Float64Array(jobs)) {
      return addBlocks(await read(gpu, right), await read(gpu, losses), lossesBefore);
    },
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}

function addBlocks(right: Uint32Array, losses: Float32Array, lossesBefore: Float64Array): Tally {
  const jobs = lossesBefore.length;
  const blocks = losses.length / jobs;
  const words = right.length / jobs;
  const lossSum = lossesBefore.map((before, job) => {
    let sum = before;
    for (let block = job * blocks; block < (job + 1) * blocks; block++) sum += losses[block]!;
    return sum;
  });
  const correct = Uint32Array.from({ length: jobs }, (_, job) => ones(right.subarray(job * words, (job + 1) * words)));
  return { correct, lossSum, right };
}
