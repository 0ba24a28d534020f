/** What the device side of a batch of walks is made of, whatever its route: types, and the layout of its tables. */
import type { NetworkShape } from "../../core/layers/network-shape.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import type { DeviceArray } from "../../gpu/device/device-array.ts";
import { u32x2 } from "../../gpu/device/layout.ts";
import type { Allocated } from "../../gpu/device/owned.ts";
import type { Recorder } from "../../gpu/device/recorder.ts";
import { walkUniforms } from "../../gpu/kernels/walk.ts";
import { onDevice } from "../../gpu/layers/registry.ts";
import type { DeviceNetworks } from "../../passes/device-networks.ts";
import type { DeviceSplit } from "../../passes/device-split.ts";
import type { ForwardPass } from "../../passes/forward-pass.ts";
import type { StepRange, Walk, WalkGroup } from "./walk-plan.ts";
import type { WalkedNetwork } from "./walk-tables.ts";

/** Walks of one group that share a dispatch. */
export interface WalkBatch {
  readonly group: WalkGroup;
  readonly walks: readonly Walk[];
}

/** Arrays that batches use one after the other, since each is done with a chunk before the next begins. */
export interface Scratch {
  /** At least [slabs, rows, lanes] of the layer above the lowest ablated one. */
  readonly state: DeviceArray<"f32", 3>;
  /** Per layer, where some batch takes the route `layers` through it: at least [slabs, rows, lanes]. */
  readonly outputs: readonly (DeviceArray<"f32", 3> | undefined)[];
}

/** What every batch of a sweep shares. */
export interface SweepDevice {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly split: DeviceSplit;
  readonly pass: ForwardPass;
  /** The same networks on the host. */
  readonly tasks: readonly WalkedNetwork[];
  readonly scratch: Scratch;
}

/** What decides the size of a batch's tables. */
interface TableSize {
  readonly shape: NetworkShape;
  readonly networks: number;
  /** Lowest ablated hidden layer, from 1. */
  readonly lowest: number;
  readonly walks: number;
  /** Pairs of words that tell of one walk. */
  readonly length: number;
  /** Ranges of steps on chunks of samples. */
  readonly parts: number;
}

export function tablesLayout({ shape, networks, lowest, walks, length, parts }: TableSize) {
  const reader = shape[lowest]!;
  return {
    ...walkUniforms(parts),
    walks: u32x2(walks, length),
    outgoingWeights: onDevice(reader).outgoing.layout(reader, networks),
  };
}

/** A slab of `state` that walks start from: this network without these neurons of the lowest layer. */
export interface Start {
  readonly network: number;
  /** They become 0. */
  readonly removed: readonly number[];
  /** One more, which becomes this constant. */
  readonly replaced?: { readonly neuron: number; readonly constant: number };
}

/** Where the walks of a batch start. */
export interface WalkStarts {
  /** Slabs of `state`, from the first. */
  readonly slabs: readonly Start[];
  /** Per walk: its slab. */
  readonly slabOf: readonly number[];
  /** Of single removals: slabs, from the first, that every part has anew, as they lack its neurons; and per walk its own of them. */
  readonly renewed: number;
  readonly partSlabOf?: readonly number[];
}

/** Tables and state of one batch. */
export interface WalkTables extends Omit<Allocated<ReturnType<typeof tablesLayout>>, "outgoingWeights"> {
  readonly device: SweepDevice;
  readonly batch: WalkBatch;
  readonly activations: DeviceArray<"f32", 3>;
  readonly transposed: DeviceArray<"f32", 3>;
  readonly state: DeviceArray<"f32", 3>;
  readonly ranges: readonly StepRange[];
  readonly starts: WalkStarts;
}

/** Correct predictions and sums of losses: [walks][evaluations]. */
export interface WalkTotals {
  readonly correct: Uint32Array[];
  readonly lossSum: Float64Array[];
  /** Of single removals: [walks][evaluations, words], which samples are right (right-bits.ts). */
  readonly right?: Uint32Array[];
}

/** The way from the state to tallies. */
export interface Climb {
  /** Encodes one range of steps on one chunk of samples; ranges of a chunk in order. */
  encode(to: Recorder, chunk: number, range: number): void;
  /** @param lossesBefore [walks][evaluations] sums over the pages before this one, which go on here */
  total(lossesBefore: readonly Float64Array[]): Promise<WalkTotals>;
}
