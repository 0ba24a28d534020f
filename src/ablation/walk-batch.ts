/** What the device side of a batch of walks shares, whatever its route: tables, state, and the types of its parts. */
import type { DenseLayer } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate, type DeviceArray, upload } from "../gpu/device-array.ts";
import type { DeviceNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import type { ForwardPass } from "../gpu/forward-pass.ts";
import { sweep } from "../gpu/generated/shaders.ts";
import type { WalkPart, WalkUniform } from "../gpu/kernels/sweep.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { lanesOf, quadsOf } from "../gpu/packing.ts";
import type { Recorder } from "../gpu/recorder.ts";
import { type UniformArray, uploadUniforms } from "../gpu/uniforms.ts";
import { type EvaluationRange, evaluationRanges, stepsOf, type Walk, type WalkGroup } from "./walk-plan.ts";
import { outgoingWeights, walkRows } from "./walk-tables.ts";

/** Walks of one group that share a dispatch. */
export interface WalkBatch {
  readonly group: WalkGroup;
  readonly walks: readonly Walk[];
  readonly single: boolean;
}

/** What every batch of a sweep shares. */
export interface SweepDevice {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly split: DeviceSplit;
  readonly pass: ForwardPass;
  /** Layers of the one network, on the host. */
  readonly layers: readonly DenseLayer[];
  readonly meanActivations: readonly Float32Array[];
}

/** Keeps a resource until the batch is disposed. */
export type Own = <T extends { destroy(): void }>(resource: T) => T;

/** Tables and state of one batch. */
export interface WalkTables {
  readonly device: SweepDevice;
  readonly batch: WalkBatch;
  readonly walk: UniformArray<"Walk">;
  readonly part: UniformArray<"Part">;
  readonly walks: DeviceArray<"u32", 2>;
  readonly activations: DeviceArray<"f32", 3>;
  readonly transposed: DeviceArray<"f32", 3>;
  readonly state: DeviceArray<"f32", 3>;
  readonly ranges: readonly EvaluationRange[];
}

/** Correct predictions and mean loss: [walks][evaluations]. */
export interface WalkTotals {
  readonly correct: Uint32Array[];
  readonly loss: Float64Array[];
}

/** The way from the state to tallies. */
export interface Climb {
  /** Encodes one range of evaluations on one chunk of samples; ranges of a chunk in order. */
  encode(to: Recorder, chunk: number, range: number): void;
  total(): Promise<WalkTotals>;
}

export function uploadTables(device: SweepDevice, batch: WalkBatch, own: Own): WalkTables {
  const { gpu, networks, split, pass, layers, meanActivations } = device;
  const { group, walks, single } = batch;
  const { widths } = networks;
  const units = widths[group.lowest + 1]!;
  const sources = widths[group.lowest]!;
  const ranges = evaluationRanges(group.removed.length, stepsOf(group.route));
  const uniform: WalkUniform = {
    source_lanes: lanesOf(sources),
    source_units: sources,
    unit_quads: quadsOf(units),
    units,
    classes: split.classes,
    stride: strideOf(group),
    slab_rows: pass.rows,
    state_rows: pass.rows + 1,
    walk_length: 1 + group.neurons,
    neurons: group.neurons,
    blocks: Math.ceil(split.count / BLOCK),
  };
  const parts: WalkPart[] = pass.chunks.flatMap(({ first, count }) =>
    ranges.map((range) => ({
      first,
      count,
      first_evaluation: range.first,
      evaluations: range.count,
      jobs: walks.length,
    })),
  );
  const firstRows = walks.map((_, row) => row * group.removed.length);
  const rows = walkRows(walks, group.lowest, meanActivations, firstRows);
  const outgoing = outgoingWeights(layers[group.lowest]!);
  return {
    device,
    batch: { group, walks, single },
    walk: own(uploadUniforms(gpu, sweep, "Walk", [uniform])),
    part: own(uploadUniforms(gpu, sweep, "Part", parts)),
    // Pairs of words: rank 2 for the shader's vec2.
    walks: own(upload(gpu, "walks", "u32", [walks.length, 2 * (1 + group.neurons)], rows)),
    activations: pass.outputs[group.lowest - 1]!,
    transposed: own(upload(gpu, "outgoing weights", "f32", [1, sources, lanesOf(units)], outgoing)),
    state: own(allocate(gpu, "walk state", "f32", [walks.length, pass.rows + 1, lanesOf(units)])),
    ranges,
  };
}

/** Removals between two evaluations; where there are only two evaluations, all of them. */
export function strideOf({ removed }: WalkGroup): number {
  return removed[1] ?? 1;
}
