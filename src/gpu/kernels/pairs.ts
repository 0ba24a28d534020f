/** shaders/pairs.wgsl on the host: entry point and grid. */
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { pairs } from "../generated/shaders.ts";
import { SCALAR_BYTES } from "./cost.ts";

/** Side of the square of pairs that an invocation owns. */
const SIDE = 4;

export type PairTile = StructValues<(typeof pairs)["structs"]["Tile"]>;

export function createCountPairs(gpu: GpuContext) {
  return createKernel(gpu, pairs, "count_pairs", "", { dynamic: "tile", cost: countPairsCost });
}

export function countPairsGrid({ rows, other_units, classes }: PairTile, jobs: number): Grid {
  return [Math.ceil(other_units / SIDE) * classes, Math.ceil(rows / SIDE), jobs];
}

/** Pairs that are counted; of a layer with itself those of each neuron with the later ones. */
export function pairsOfTile({ first, rows, other_units, same }: PairTile): number {
  if (same === 0) return rows * other_units;
  let pairsOf = 0;
  for (let row = 0; row < rows; row++) pairsOf += other_units - 1 - (first + row);
  return pairsOf;
}

/** Per pair of words: and, count, add; the class is put in once for all rows of a tile. */
const COUNT_OPERATIONS = 3;

function countPairsCost({ grid, uniform }: CostFacts<typeof pairs>): Cost {
  const jobs = grid[2];
  const tile = uniform("Tile");
  const { rows, other_units, words, classes } = tile;
  const counted = pairsOfTile(tile) * classes;
  return {
    operations: jobs * counted * words * COUNT_OPERATIONS,
    bytes: (jobs * ((rows + other_units) * words + counted) + classes * words) * SCALAR_BYTES,
  };
}
