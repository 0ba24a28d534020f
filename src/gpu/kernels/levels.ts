/** shaders/levels.wgsl on the host: entry points, grids, and its order of floats. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { levels } from "../generated/shaders.ts";
import { SCALAR_BYTES } from "./cost.ts";

/** Samples of an invocation. */
const STRIP = 32;

export type LevelsChunk = StructValues<(typeof levels)["structs"]["Chunk"]>;

export function createFindExtremes(gpu: GpuContext) {
  return createKernel(gpu, levels, "find_extremes", "", { dynamic: "chunk", cost: findExtremesCost });
}

export function createCountLevels(gpu: GpuContext) {
  return createKernel(gpu, levels, "count_levels", "", { dynamic: "chunk", cost: countLevelsCost });
}

/** Of either entry point. */
export function levelsGrid(units: number, samples: number, jobs: number): Grid {
  return [units, Math.ceil(samples / STRIP), jobs];
}

/** [neurons, 2] as find_extremes leaves it: the least and the largest output of each neuron. */
export function decodeExtremes(words: Uint32Array): Float32Array {
  const keys = words.map((word, slot) => (slot % 2 === 0 ? ~word : word));
  return new Float32Array(keys.map((key) => (key >>> 31 === 1 ? key ^ 0x80000000 : ~key)).buffer);
}

/** Per activation: a shift, a choice, an exclusive or, two comparisons. */
const EXTREMES_OPERATIONS = 5;
/** Per halving: an addition, a division, a comparison. */
const HALVING_OPERATIONS = 3;

function findExtremesCost({ grid, uniform }: CostFacts<typeof levels>): Cost {
  const jobs = grid[2];
  const { count, units } = uniform("Chunk");
  const written = 4 * Math.ceil(count / STRIP); // two atomics, each read and written
  return {
    operations: jobs * units * count * EXTREMES_OPERATIONS,
    bytes: jobs * units * (count + written) * SCALAR_BYTES,
  };
}

function countLevelsCost({ grid, uniform }: CostFacts<typeof levels>): Cost {
  const jobs = grid[2];
  const { count, units, levels: levelCount } = uniform("Chunk");
  const halvings = 31 - Math.clz32(levelCount);
  return {
    operations: jobs * units * count * (halvings * HALVING_OPERATIONS + 1),
    // An activation, and a count that is read and written; every edge, and every label, once.
    bytes: (jobs * units * (3 * count + levelCount - 1) + count) * SCALAR_BYTES,
  };
}
