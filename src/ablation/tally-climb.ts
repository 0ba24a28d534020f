/** Routes that tally in registers: the state holds the logits, or pre-activations one product below them. */

import { allocate, type DeviceArray, read, upload } from "../gpu/device-array.ts";
import { activationAfter } from "../gpu/device-networks.ts";
import type { BoundKernel } from "../gpu/kernel.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { walkGrid } from "../gpu/kernels/walk.ts";
import { createWalkProduct } from "../gpu/kernels/walk-product.ts";
import { createWalkTally } from "../gpu/kernels/walk-tally.ts";
import { lanesOf } from "../gpu/packing.ts";
import { rightWords } from "../gpu/right-bits.ts";
import type { Climb, Own, WalkTables, WalkTotals } from "./walk-batch.ts";
import { maskPairs, productRows } from "./walk-tables.ts";

export async function createTallyClimb(shared: WalkTables, own: Own): Promise<Climb> {
  const { device, batch, ranges } = shared;
  const { gpu, split, pass } = device;
  const { group, walks } = batch;
  const evaluations = group.moves.length;
  const rows = walks.length * evaluations;
  const tallied: Tallied = {
    // Pairs of floats, and of words: rank 2 for the shader's vec2.
    tallies: own(allocate(gpu, "walk tallies", "f32", [rows, 2 * Math.ceil(split.count / BLOCK)])),
    ...(group.single ? { right: own(allocate(gpu, "walk right", "u32", [rows, rightWords(split.count)])) } : {}),
  };
  const kernel = await bindTallyKernel(shared, own, tallied);
  return {
    encode(to, chunk, range) {
      const grid = walkGrid(gpu, pass.chunks[chunk]!.count, walks.length);
      kernel.encode(to, grid, chunk * ranges.length + range);
    },
    async total(lossesBefore) {
      const totals = splitTallies(await read(gpu, tallied.tallies), lossesBefore);
      if (tallied.right === undefined) return totals;
      const right = await read(gpu, tallied.right);
      const words = right.length / walks.length;
      return { ...totals, right: walks.map((_, walk) => right.slice(walk * words, (walk + 1) * words)) };
    },
  };
}

/** What the kernels write; `right` only where neurons are removed alone. */
interface Tallied {
  readonly tallies: DeviceArray<"f32", 2>;
  readonly right?: DeviceArray<"u32", 2>;
}

async function bindTallyKernel(
  { device, batch, walk, part, walks, activations, transposed, state }: WalkTables,
  own: Own,
  { tallies, right }: Tallied,
): Promise<BoundKernel> {
  const { gpu, networks, split, tasks } = device;
  const { group } = batch;
  const { widths } = networks;
  const activation = activationAfter(networks, group.lowest);
  const { classes } = split;
  const common = { walk, part, walks, activations, transposed, state, labels: split.labels, tallies };
  if (group.route === "tally") {
    if (right === undefined) return (await createWalkTally(gpu, "", classes)).bind(common);
    return (await createWalkTally(gpu, "SINGLE", classes)).bind({ ...common, right });
  }
  const rows = productRows(tasks.map(({ network }) => network.layers[group.lowest + 1]!));
  const unitLanes = lanesOf(widths[group.lowest + 1]!) + 1;
  const size = [networks.count, unitLanes, rows.length / networks.count / unitLanes] as const;
  const resources = { ...common, product: own(upload(gpu, "product", "f32", size, rows)) };
  if (right !== undefined) {
    return (await createWalkProduct(gpu, "SINGLE", activation, classes)).bind({ ...resources, right });
  }
  if (!group.deeper) return (await createWalkProduct(gpu, "", activation, classes)).bind(resources);
  const pairs = maskPairs(batch.walks, group.lowest, tasks, widths);
  const masks = own(upload(gpu, "walk masks", "u32", [batch.walks.length, pairs.length / batch.walks.length], pairs));
  return (await createWalkProduct(gpu, "MASKED", activation, classes)).bind({ ...resources, masks });
}

/** [walks * evaluations, blocks] pairs to counts and sums of losses; added in block order, losses in float64. */
function splitTallies(values: Float32Array, lossesBefore: readonly Float64Array[]): WalkTotals {
  const evaluations = lossesBefore[0]!.length;
  const each = values.length / (lossesBefore.length * evaluations); // two values a block
  const correct = lossesBefore.map(() => new Uint32Array(evaluations));
  const lossSum = lossesBefore.map((before) => before.slice());
  for (const [walk, losses] of lossSum.entries()) {
    for (let evaluation = 0; evaluation < evaluations; evaluation++) {
      const first = (walk * evaluations + evaluation) * each;
      let hits = 0;
      let sum = losses[evaluation]!;
      for (let at = first; at < first + each; at += 2) {
        hits += values[at]!;
        sum += values[at + 1]!;
      }
      correct[walk]![evaluation] = hits;
      losses[evaluation] = sum;
    }
  }
  return { correct, lossSum };
}
