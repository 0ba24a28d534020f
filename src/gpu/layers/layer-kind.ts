/**
 * How a device computes a kind of layer. Kernels, their variants, the rows that they read and what they cost are known to
 * the kind's file alone; passes, training and sweeps ask the kind (registry.ts), and allocate what it describes.
 *
 * A layer's outputs, and what is derived from them, are rows of lanes: a row for each sample and position, a lane for each
 * unit, then the homogeneous lane (device/packing.ts).
 */
import type { ActivationLike } from "../../core/activation.ts";
import type { LayerParameters, LayerShape } from "../../core/layers/layer-kind.ts";
import type { GpuContext } from "../device/context.ts";
import type { DeviceArray } from "../device/device-array.ts";
import { type ArraySpec, f32, type UniformSpec } from "../device/layout.ts";
import { lanesOf } from "../device/packing.ts";
import type { Recorder } from "../device/recorder.ts";
import type { UniformArray } from "../device/uniforms.ts";

/** [samples, words] or [samples, lanes]: homogeneous rows of bytes or of floats, under the name that shaders give them. */
export type DeviceInputs = { readonly pixels: DeviceArray<"u32", 2> } | { readonly values: DeviceArray<"f32", 2> };

/** What a layer reads: outputs of the layer below, or the samples of a split; with `order` [networks, samples] in that order. */
export type Source =
  | { readonly inputs: DeviceArray<"f32", 3> }
  | (DeviceInputs & { readonly order?: DeviceArray<"u32", 2> });

/** Floats of one sample in a layer's outputs. */
export function outputLanes({ units, area }: LayerShape): number {
  return area * lanesOf(units);
}

/** Outputs of a layer for `rows` samples: [slabs, rows and positions, lanes]. */
export function outputsLayout({ units, area }: LayerShape, slabs: number, rows: number): ArraySpec<"f32", 3> {
  return f32(slabs, rows * area, lanesOf(units));
}

/** Dispatches that are bound once: of one layer, in one direction. */
export interface LayerWork {
  /**
   * @param samples of the slabs that are computed
   * @param jobs slabs
   * @param step element of the uniforms `batch`
   */
  encode(to: Recorder, samples: number, jobs: number, step: number): void;
}

/** Which units below read as constants. Rows hold all hidden layers, of which this one reads some quads. */
export interface Masks {
  /** [orders, lanes]: the place of each unit in the order of removal. */
  readonly positions: DeviceArray<"u32", 2>;
  /** [constants, lanes]. */
  readonly replacements: DeviceArray<"f32", 2>;
  /** Quads of a row, and the first one of the layer below. */
  readonly quads: number;
  readonly offset: number;
}

export interface ForwardParts {
  readonly parameters: DeviceArray<"f32", 3>;
  readonly activation: ActivationLike;
  readonly source: Source;
  /** As `outputsLayout`. */
  readonly outputs: DeviceArray<"f32", 3>;
  /** As `forwardUniform`; written here. */
  readonly layer: UniformArray<"Layer">;
  readonly batch: UniformArray<"Batch">;
  readonly jobs: DeviceArray<"Job", 1>;
  /** Where the jobs of a network share the outputs of the layer below, and do not have a slab of their own. */
  readonly sharedSource?: boolean;
  /** Keeps act'(z), as `outputs`, where the backward pass cannot do without it. */
  readonly slopes?: DeviceArray<"f32", 3>;
  readonly masks?: Masks;
}

/** What both halves of a layer's backward pass read. */
export interface BackwardParts {
  readonly parameters: DeviceArray<"f32", 3>;
  /** d(loss) / d(z), as the layer's outputs. */
  readonly delta: DeviceArray<"f32", 3>;
  /** As `backwardUniform`; written by `writeBackward`. */
  readonly layer: UniformArray<"Layer">;
  readonly batch: UniformArray<"Batch">;
}

/** The delta of the layer that gives the logits. */
export interface OutputDeltaParts extends BackwardParts {
  readonly logits: DeviceArray<"f32", 3>;
  /** [networks, samples] */
  readonly order: DeviceArray<"u32", 2>;
  /** [samples] */
  readonly labels: DeviceArray<"u32", 1>;
  /** [networks, rows]: losses are added to. */
  readonly losses: DeviceArray<"f32", 2>;
}

export interface InputDeltaParts extends BackwardParts {
  /** Of the layer below: its activation, its outputs, and where its delta goes, which until then may hold kept slopes. */
  readonly activation: ActivationLike;
  readonly activations: DeviceArray<"f32", 3>;
  readonly inputDelta: DeviceArray<"f32", 3>;
}

export interface UpdateParts extends BackwardParts {
  readonly source: Source;
  /** Adam's, as the parameters. */
  readonly firstMoments: DeviceArray<"f32", 3>;
  readonly secondMoments: DeviceArray<"f32", 3>;
}

/** A whole step of the layer that gives the logits. */
export type TopStepParts = OutputDeltaParts & InputDeltaParts & UpdateParts;

/** Sizes of a training step. */
interface StepRows {
  /** Samples of a batch. */
  readonly rows: number;
  /** Samples of the split, for each of which the order has a place. */
  readonly samples: number;
}

/** Rows of a layer's weights as the walks of the fast sweep read them (ablation/walks). */
export interface WalkRows<L, S> {
  layout(shape: S, networks: number): ArraySpec<"f32", 3>;
  rows(layers: readonly L[]): Float32Array;
}

export interface DeviceLayerKind<L extends LayerParameters, S extends LayerShape> {
  /** Parameters of several networks: [networks, rows, lanes]. */
  parameters(shape: S, networks: number): ArraySpec<"f32", 3>;
  /** The same layer of several networks, as `parameters`. */
  pack(layers: readonly L[]): Float32Array;
  unpack(packed: Float32Array, network: number, shape: S): L;
  /** Operations of one sample forward, as kernels compute them: 2 a multiply-add. */
  operations(shape: S): number;
  readonly forwardUniform: UniformSpec<"Layer">;
  forward(gpu: GpuContext, shape: S, parts: ForwardParts): Promise<LayerWork>;
  readonly backwardUniform: UniformSpec<"Layer">;
  writeBackward(gpu: GpuContext, shape: S, layer: UniformArray<"Layer">, step: StepRows): void;
  /** The delta of the layer that gives the logits, from the loss. */
  outputDelta(gpu: GpuContext, shape: S, parts: OutputDeltaParts): Promise<LayerWork>;
  /** The delta of the layer below, from this layer's. */
  inputDelta(gpu: GpuContext, shape: S, parts: InputDeltaParts): Promise<LayerWork>;
  /** A step of Adam on the parameters. */
  update(gpu: GpuContext, shape: S, parts: UpdateParts): Promise<LayerWork>;
  /** Forward, both deltas and the update of that layer as one dispatch; undefined where it takes several. */
  topStep(gpu: GpuContext, shape: S, parts: TopStepParts): Promise<LayerWork> | undefined;
  /** What a unit of the layer below adds to each output: a walk moves by it. */
  readonly outgoing: WalkRows<L, S>;
  /** The whole layer, for walks that evaluate it at every step. */
  readonly evaluated: WalkRows<L, S>;
}
