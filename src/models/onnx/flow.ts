/**
 * What is known of the value on its way through an ONNX graph: how a sample lies in it, and the steps so far. Reshapes keep
 * the order of a sample's numbers, so only their number matters, as long as samples stay apart.
 */
import type { ChainStep } from "../chain-steps.ts";
import { sizeOf } from "../tensor.ts";
import { dataTypes, type ValueMessage, wholeTypes } from "./onnx-schema.ts";

/** `rows`: [batch, ...sample]; `columns`: [features, batch]; `vector`: [features], one sample without a batch. */
type Orientation = "rows" | "columns" | "vector";

export interface Flow {
  readonly orientation: Orientation;
  /** Number of samples; undefined where the file leaves it open. */
  readonly batch: number | undefined;
  /** Shape of one sample; undefined where the file leaves it open. */
  readonly sample: readonly number[] | undefined;
  /** Its type is one of whole numbers. */
  readonly whole?: boolean;
}

/** The input as the file declares it; an extent that is open is undefined. */
export function inputFlow(input: ValueMessage): Flow {
  const whole = wholeTypes.includes(input.type?.tensorType?.elemType ?? dataTypes.float32);
  return { ...inputShape(input), ...(whole && { whole }) };
}

function inputShape(input: ValueMessage): Flow {
  const declared = input.type?.tensorType?.shape?.dim;
  const extents = declared?.map(({ dimValue }) => (dimValue === undefined || dimValue < 1 ? undefined : dimValue));
  if (extents === undefined) return { orientation: "rows", batch: undefined, sample: undefined };
  const [first, ...rest] = extents;
  if (rest.length === 0) {
    return { orientation: "vector", batch: undefined, sample: first === undefined ? undefined : [first] };
  }
  const last = rest[0];
  if (rest.length === 1 && first !== undefined && first > 1 && (last === undefined || last === 1)) {
    return { orientation: "columns", batch: last, sample: [first] };
  }
  const known = rest.filter((extent) => extent !== undefined);
  return { orientation: "rows", batch: first, sample: known.length === rest.length ? known : undefined };
}

/** After a dense layer. */
export function layerFlow(flow: Flow, outputs: number): Flow {
  return { orientation: flow.orientation, batch: flow.batch, sample: [outputs] };
}

export function flowText({ orientation, batch, sample }: Flow): string {
  const features = sample?.join(", ") ?? "?";
  if (orientation === "vector") return `[${features}]`;
  return orientation === "columns" ? `[${features}, ${batch ?? "N"}]` : `[${batch ?? "N"}, ${features}]`;
}

/** Extents of a sample with these numbers as the input has them, which may be an image without a batch. */
export function sampleOfInput({ orientation, batch, sample }: Flow, numbers: number): readonly number[] | undefined {
  if (sample === undefined || sizeOf(sample) === numbers) return sample;
  const whole = batch === undefined ? sample : [batch, ...sample];
  return orientation === "rows" && sizeOf(whole) === numbers ? whole : undefined;
}

/**
 * After a reshape to `target`, where -1 is what is left over and 0 is as before.
 * @returns undefined where samples do not stay apart, or where that is not known.
 */
export function reshaped(flow: Flow, target: readonly number[]): Flow | undefined {
  const { orientation, batch, sample } = flow;
  if (orientation === "columns" || target.length < 2) return undefined;
  const [samples, ...wanted] = target as [number, ...number[]];
  if (sample === undefined) {
    const open = wanted.some((extent) => extent < 1);
    return samples <= 1 ? { ...flow, orientation: "rows", batch, sample: open ? undefined : wanted } : undefined;
  }
  const before = orientation === "vector" ? sample : [batch ?? 1, ...sample];
  const resolved = wanted.map((extent, index) => (extent === 0 ? (before[index + 1] ?? 0) : extent));
  const total = sizeOf(before);
  const count = samples === 0 ? (before[0] ?? 0) : samples;
  // A fixed batch may have been no batch: an image [28, 28] to [1, 784].
  const features = count === 1 && batch !== undefined ? total : sizeOf(sample);
  const sized = resolved.filter((extent) => extent !== -1);
  const rest = features / sizeOf(sized);
  const extents = resolved.map((extent) => (extent === -1 ? rest : extent));
  const apart = count === -1 || count === 1 || count === batch;
  const fits = extents.every((extent) => Number.isInteger(extent) && extent > 0) && sizeOf(extents) === features;
  if (!apart || !fits || resolved.length - sized.length > 1 || (count === -1 && sized.length < resolved.length)) {
    return undefined;
  }
  const stays = count === -1 || (samples === 0 && orientation === "rows");
  return { ...flow, orientation: "rows", batch: stays ? batch : count, sample: extents };
}

/** After Flatten. */
export function flattened(flow: Flow, axis: number): Flow | undefined {
  const { orientation, sample } = flow;
  if (orientation === "columns") return undefined;
  if (axis === 0) return reshaped(flow, [1, -1]);
  const rank = orientation === "vector" ? 1 : (sample?.length ?? 0) + 1;
  const isFirst = axis === 1 || axis === 1 - rank;
  if (orientation !== "rows" || !isFirst) return undefined;
  return { ...flow, sample: sample && [sizeOf(sample)] };
}

/**
 * A constant spread over the numbers of a sample: [1], or [features] in the order of the sample.
 * @returns undefined where it does not fit, or differs between samples.
 */
export function spread(flow: Flow, shape: readonly number[], values: ArrayLike<number>): Float64Array | undefined {
  if (values.length === 1) return Float64Array.from(values);
  const { orientation, sample } = flow;
  if (orientation === "columns") return shape.length === 2 && shape[1] === 1 ? Float64Array.from(values) : undefined;
  const batchExtents = orientation === "vector" ? [] : [1];
  if (sample === undefined) {
    const flat = shape.slice(0, -1).every((extent) => extent === 1) && shape.length <= 2;
    return flat ? Float64Array.from(values) : undefined;
  }
  const whole = [...batchExtents, ...sample];
  if (shape.length > whole.length) return undefined;
  const aligned = [...new Array<number>(whole.length - shape.length).fill(1), ...shape];
  if (aligned.some((extent, axis) => extent !== 1 && extent !== whole[axis])) return undefined;
  return Float64Array.from({ length: sizeOf(whole) }, (_, index) => values[sourceIndex(index, whole, aligned)]!);
}

/** Where the number at `index` of a whole array comes from in one whose extents of 1 are repeated. */
function sourceIndex(index: number, whole: readonly number[], aligned: readonly number[]): number {
  let left = index;
  let source = 0;
  let stride = 1;
  for (let axis = whole.length - 1; axis >= 0; axis--) {
    const at = left % whole[axis]!;
    left = Math.floor(left / whole[axis]!);
    if (aligned[axis] !== 1) source += at * stride;
    stride *= aligned[axis]!;
  }
  return source;
}

/** The value, and what has been done to the input to get it. */
export interface Walk {
  readonly flow: Flow;
  readonly steps: readonly ChainStep[];
}
