/** Tables of a batch of walks onto the device. */
import { write } from "../../gpu/device/device-array.ts";
import type { Owned } from "../../gpu/device/owned.ts";
import { lanesOf, quadsOf } from "../../gpu/device/packing.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { walkLayer } from "../../gpu/generated/shaders.ts";
import { BLOCK } from "../../gpu/kernels/tally.ts";
import type { WalkPart, WalkUniform } from "../../gpu/kernels/walk.ts";
import { onDevice } from "../../gpu/layers/registry.ts";
import { type SweepDevice, tablesLayout, type WalkBatch, type WalkStarts, type WalkTables } from "./walk-batch.ts";
import { stepRanges, stepsOf, type WalkGroup } from "./walk-plan.ts";
import { singleStarts, walkStarts } from "./walk-start.ts";
import { type WalkedNetwork, type WalkHead, walkRows } from "./walk-tables.ts";

export function uploadTables(device: SweepDevice, batch: WalkBatch, own: Owned): WalkTables {
  const { gpu, networks, split, pass, tasks, scratch } = device;
  const { group, walks } = batch;
  const { shape } = networks;
  const reader = shape[group.lowest]!;
  const sources = shape[group.lowest - 1]!.units;
  const starts = startsOf(batch, tasks);
  const { words, length, steps } = walkRows(group, walks, headsOf(batch, starts), tasks);
  const ranges = stepRanges(steps, stepsOf(group.route));
  const uniform: WalkUniform = {
    source_lanes: lanesOf(sources),
    source_units: sources,
    unit_quads: quadsOf(reader.units),
    units: reader.units,
    ...stridesOf(group),
    slab_rows: pass.rows,
    walk_length: length,
    neurons: group.neurons,
    steps,
    networks: networks.count,
    starts: starts.slabs.length,
    blocks: Math.ceil(split.count / BLOCK),
  };
  const parts: WalkPart[] = pass.chunks.flatMap(({ first, count }) =>
    ranges.map((range) => ({ first, count, first_step: range.first, steps: range.count, jobs: walks.length })),
  );
  const size = {
    shape,
    networks: networks.count,
    lowest: group.lowest,
    walks: walks.length,
    length,
    parts: parts.length,
  };
  const { outgoingWeights: transposed, ...tables } = own.allocate(tablesLayout(size));
  writeUniforms(gpu, walkLayer, tables.walk, [uniform]);
  writeUniforms(gpu, walkLayer, tables.part, parts);
  write(gpu, tables.walks, words);
  const readers = tasks.map(({ network }) => network.layers[group.lowest]!);
  write(gpu, transposed, onDevice(reader).outgoing.rows(readers));
  return {
    ...tables,
    device,
    batch,
    activations: pass.outputs[group.lowest - 1]!,
    transposed,
    state: scratch.state,
    ranges,
    starts,
  };
}

/** Slabs that the walks of a batch start from; of single removals, those of the first part. */
function startsOf(batch: WalkBatch, tasks: readonly WalkedNetwork[]): WalkStarts {
  if (!batch.group.single) return walkStarts(batch, tasks.length);
  return singleStarts(batch, tasks, { first: 0, count: stepsOf(batch.group.route) });
}

function headsOf({ walks }: WalkBatch, { slabOf, partSlabOf }: WalkStarts): WalkHead[] {
  return walks.map((_, row) => ({ slab: slabOf[row]!, ...(partSlabOf && { partSlab: partSlabOf[row]! }) }));
}

/** Moves before evaluation 1, and between two later ones. */
function stridesOf({ moves }: WalkGroup): { readonly lead: number; readonly stride: number } {
  const lead = moves[1] ?? 1;
  return { lead, stride: moves[2] === undefined ? lead : moves[2] - lead };
}
