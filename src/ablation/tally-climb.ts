/** Routes that tally in registers: the state holds the logits, or pre-activations one product below them. */
import { allocate, type DeviceArray, read, upload } from "../gpu/device-array.ts";
import type { BoundKernel } from "../gpu/kernel.ts";
import { createWalkProduct, createWalkTally, walkGrid } from "../gpu/kernels/sweep.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { lanesOf } from "../gpu/packing.ts";
import { type Climb, type Own, strideOf, type WalkTables, type WalkTotals } from "./walk-batch.ts";
import { maskPairs, productRows } from "./walk-tables.ts";

export async function createTallyClimb(shared: WalkTables, own: Own): Promise<Climb> {
  const { device, batch, ranges } = shared;
  const { gpu, split, pass } = device;
  const { group, walks } = batch;
  const blocks = Math.ceil(split.count / BLOCK);
  const rows = walks.length * group.removed.length;
  // Pairs of floats: rank 2 for the shader's vec2.
  const tallies = own(allocate(gpu, "walk tallies", "f32", [rows, 2 * blocks]));
  const kernel = await bindTallyKernel(shared, own, tallies);
  return {
    encode(to, chunk, range) {
      kernel.encode(to, walkGrid(pass.chunks[chunk]!.count, walks.length), chunk * ranges.length + range);
    },
    async total() {
      const values = await read(gpu, tallies);
      return splitTallies(values, walks.length, group.removed.length, blocks, split.count);
    },
  };
}

async function bindTallyKernel(
  { device, batch, walk, part, walks, activations, transposed, state }: WalkTables,
  own: Own,
  tallies: DeviceArray<"f32", 2>,
): Promise<BoundKernel> {
  const { gpu, networks, split, layers, meanActivations } = device;
  const { group, single } = batch;
  const common = { walk, part, walks, activations, transposed, state, labels: split.labels, tallies };
  const everyStep = strideOf(group) === 1;
  if (group.route === "tally") return (await createWalkTally(gpu, single ? "SINGLE" : "", everyStep)).bind(common);
  const rows = productRows(layers[group.lowest + 1]!);
  const lanes = lanesOf(networks.widths[group.lowest + 1]!);
  const product = own(upload(gpu, "product", "f32", [1, lanes, rows.length / lanes], rows));
  const { activation } = networks;
  if (single) return (await createWalkProduct(gpu, "SINGLE", activation, everyStep)).bind({ ...common, product });
  if (!group.deeper) return (await createWalkProduct(gpu, "", activation, everyStep)).bind({ ...common, product });
  const pairs = maskPairs(batch.walks, group.lowest, meanActivations, networks.widths);
  const masks = own(upload(gpu, "walk masks", "u32", [batch.walks.length, pairs.length / batch.walks.length], pairs));
  return (await createWalkProduct(gpu, "MASKED", activation, everyStep)).bind({ ...common, product, masks });
}

/** [walks * evaluations, blocks] pairs to counts and mean losses; added in block order, losses in float64. */
function splitTallies(
  values: Float32Array,
  walks: number,
  evaluations: number,
  blocks: number,
  samples: number,
): WalkTotals {
  const correct = Array.from({ length: walks }, () => new Uint32Array(evaluations));
  const loss = Array.from({ length: walks }, () => new Float64Array(evaluations));
  for (let row = 0; row < walks * evaluations; row++) {
    let hits = 0;
    let sum = 0;
    for (let at = row * blocks * 2; at < (row + 1) * blocks * 2; at += 2) {
      hits += values[at]!;
      sum += values[at + 1]!;
    }
    const walk = Math.floor(row / evaluations);
    correct[walk]![row % evaluations] = hits;
    loss[walk]![row % evaluations] = sum / samples;
  }
  return { correct, loss };
}
