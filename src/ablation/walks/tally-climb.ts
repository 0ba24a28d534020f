/** Routes that tally in registers: the state holds the logits, or pre-activations one product below them. */

import { hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { read, write } from "../../gpu/device/device-array.ts";
import type { BoundKernel } from "../../gpu/device/kernel.ts";
import { f32x2, u32, u32x2 } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { quadsOf } from "../../gpu/device/packing.ts";
import { BLOCK } from "../../gpu/kernels/tally.ts";
import { walkGrid } from "../../gpu/kernels/walk.ts";
import { createWalkProduct } from "../../gpu/kernels/walk-product.ts";
import { createWalkTally } from "../../gpu/kernels/walk-tally.ts";
import { onDevice } from "../../gpu/layers/registry.ts";
import { activationAfter } from "../../passes/device-networks.ts";
import type { Climb, WalkTables, WalkTotals } from "./walk-batch.ts";
import type { WalkGroup } from "./walk-plan.ts";
import { maskPairs } from "./walk-tables.ts";

/** What decides the size of a climb's arrays. */
interface TallyClimbSize extends Pick<WalkGroup, "route" | "lowest" | "deeper" | "single"> {
  readonly shape: NetworkShape;
  readonly networks: number;
  readonly walks: number;
  readonly evaluations: number;
  readonly samples: number;
}

/** On the route `product` also its rows; `right` only where neurons are removed alone, masks only where others go, too. */
export function tallyClimbLayout(size: TallyClimbSize) {
  const { shape, networks, lowest, walks, evaluations, samples, route, deeper, single } = size;
  const blocks = Math.ceil(samples / BLOCK);
  return {
    tallies: f32x2(walks * evaluations, blocks),
    right: single ? u32x2(walks * evaluations, blocks) : undefined,
    product:
      route === "product" ? onDevice(shape[lowest + 1]!).evaluated.layout(shape[lowest + 1]!, networks) : undefined,
    masks: route === "product" && deeper ? u32(walks, 8 * quadsOf(shape[lowest]!.units)) : undefined,
  };
}

export async function createTallyClimb(shared: WalkTables, own: Owned): Promise<Climb> {
  const { device, batch, ranges } = shared;
  const { gpu, networks, split, pass } = device;
  const { group, walks } = batch;
  const { route, lowest, deeper, single } = group;
  const size: TallyClimbSize = {
    route,
    lowest,
    deeper,
    single,
    shape: networks.shape,
    networks: networks.count,
    walks: walks.length,
    evaluations: group.moves.length,
    samples: split.count,
  };
  const arrays = own.allocate(tallyClimbLayout(size), "walk");
  const kernel = await bindTallyKernel(shared, arrays);
  return {
    encode(to, chunk, range) {
      const grid = walkGrid(gpu, pass.chunks[chunk]!.count, walks.length);
      kernel.encode(to, grid, chunk * ranges.length + range);
    },
    async total(lossesBefore) {
      const totals = splitTallies(await read(gpu, arrays.tallies), lossesBefore);
      if (arrays.right === undefined) return totals;
      const right = await read(gpu, arrays.right);
      const words = right.length / walks.length;
      return { ...totals, right: walks.map((_, walk) => right.slice(walk * words, (walk + 1) * words)) };
    },
  };
}

async function bindTallyKernel(
  { device, batch, walk, part, walks, activations, transposed, state }: WalkTables,
  { tallies, right, product, masks }: Allocated<ReturnType<typeof tallyClimbLayout>>,
): Promise<BoundKernel> {
  const { gpu, networks, split, tasks } = device;
  const { group } = batch;
  const { shape } = networks;
  const activation = activationAfter(networks, group.lowest);
  const { classes } = split;
  const common = { walk, part, walks, activations, transposed, state, labels: split.labels, tallies };
  if (group.route === "tally") {
    if (right === undefined) return (await createWalkTally(gpu, "", classes)).bind(common);
    return (await createWalkTally(gpu, "SINGLE", classes)).bind({ ...common, right });
  }
  const evaluated = tasks.map(({ network }) => network.layers[group.lowest + 1]!);
  write(gpu, product!, onDevice(shape[group.lowest + 1]!).evaluated.rows(evaluated));
  const resources = { ...common, product: product! };
  if (right !== undefined) {
    return (await createWalkProduct(gpu, "SINGLE", activation, classes)).bind({ ...resources, right });
  }
  if (masks === undefined) return (await createWalkProduct(gpu, "", activation, classes)).bind(resources);
  write(gpu, masks, maskPairs(batch.walks, group.lowest, tasks, hiddenUnits(shape)));
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
