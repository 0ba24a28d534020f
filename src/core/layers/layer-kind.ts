/**
 * What a kind of layer is on the host. A kind is two files of one name: here its shape, its weights, and how files hold
 * them; in gpu/layers how a device computes it. Everything else asks the kind by these functions, and reads LayerShape.
 */
import type { RandomSequence } from "../random.ts";

/** What a layer takes and gives of one sample. What else decides its arrays, such as a kernel's extents, a kind adds. */
export interface LayerShape {
  /** Neurons, or channels: what is measured, ordered and removed. */
  readonly units: number;
  /** Values of a unit: 1 in a dense layer, the positions of a channel's map. */
  readonly area: number;
  /** Values that it takes: the units below it times their area, or the features. */
  readonly inputs: number;
}

/** What every layer holds; a kind adds what its shape follows from. */
export interface LayerParameters {
  /** [units, ...]: a unit's own weights lie in a row. */
  readonly weights: Float32Array;
  /** [units]. */
  readonly biases: Float32Array;
}

/** An array of a layer as files have it: PyTorch's names, and its order of axes. */
interface FiledTensor {
  readonly name: "weight" | "bias";
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The operator of ONNX that takes rows, weights and biases, with its attributes. */
interface FiledOperator {
  readonly type: string;
  readonly attributes: Readonly<Record<string, number>>;
}

/** Units that are gone from the layer below, and what each unit there was replaced by. */
export interface RemovedBelow {
  readonly units: ReadonlySet<number>;
  /** [units below]; read where they are gone. */
  readonly constants: ArrayLike<number>;
}

/**
 * What stands for units that are gone from the layer below, where others there tell of them:
 * t_r = intercept_r + sum over kept units k of slope_rk t_k.
 */
export interface RebuiltBelow {
  /** Which are gone, and which are kept. */
  readonly removed: readonly number[];
  readonly kept: readonly number[];
  /** [removed, kept] */
  readonly slopes: Float64Array;
  /** [removed] */
  readonly intercepts: Float64Array;
}

export interface LayerKind<L extends LayerParameters, S extends LayerShape> {
  shape(layer: L): S;
  /** The shape that an object's fields say. @param size reads a field, and throws where it is no size */
  shapeSaid(size: (field: string) => number): S;
  /** Number of weights, biases apart. A multiply-add each, at every position. */
  weights(shape: S): number;
  /** Weights and biases as training begins with them. */
  initial(shape: S, random: RandomSequence): L;
  tensors(layer: L): readonly FiledTensor[];
  readonly operator: FiledOperator;
  /** A layer for inputs in another order: number i is what was number `places[i]`. */
  reordered(layer: L, places: Uint32Array): L;
  /** The layer without units of its own and of the layer below, whose constants go into its biases. */
  pruned(layer: L, units: ReadonlySet<number>, below: RemovedBelow): L;
  /**
   * The layer with the weights of units that are gone from below given to those that are kept, w_k + sum over r of w_r slope_rk, and
   * what is constant to its biases: computed in float64, rounded once. The weights of those that are gone become 0.
   */
  rebuilt(layer: L, below: RebuiltBelow): L;
}
