/** Other ways to lay out or to scale the same samples, by which networks are trained elsewhere; each with what to do about it. */
import type { Split } from "../../core/dataset.ts";

export interface InputView {
  /** What the network seems to take, for people. */
  readonly takes: string;
  /** Options, or what else to do. */
  readonly fix: string;
  /** Whether values change, and not their places alone. */
  readonly isScale: boolean;
  /** [samples, features] of the same. */
  view(values: Float64Array): Float64Array;
}

/** How many channels a picture has. */
const CHANNELS = [1, 3, 4];

/** Rows with their values at other places. */
function moved(values: Float64Array, places: readonly number[]): Float64Array {
  const features = places.length;
  return values.map((_, index) => values[index - (index % features) + places[index % features]!]!);
}

/** Places of the values of an array whose axes are put into another order. */
function axesMoved(shape: readonly number[], order: readonly number[]): number[] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  return order.reduce<number[]>(
    (places, axis) =>
      places.flatMap((place) => Array.from({ length: shape[axis]! }, (_, at) => place + at * strides[axis]!)),
    [0],
  );
}

function layouts(shape: readonly number[]): InputView[] {
  const view = (takes: string, fix: string, order: readonly number[]): InputView => {
    const places = axesMoved(shape, order);
    return { takes, fix, isScale: false, view: (values) => moved(values, places) };
  };
  const turned = "rows and columns of the pictures exchanged";
  const fix = "give the pictures turned so";
  if (shape.length === 2) return [view(turned, fix, [1, 0])];
  if (shape.length !== 3) return [];
  const views: InputView[] = [];
  const [isFirst, isLast] = [CHANNELS.includes(shape[0]!), CHANNELS.includes(shape[2]!)];
  if (isLast) views.push(view("channels first", "--channels first", [2, 0, 1]), view(turned, fix, [1, 0, 2]));
  if (isFirst) views.push(view("channels last", "--channels last", [1, 2, 0]), view(turned, fix, [0, 2, 1]));
  return views;
}

/** (v - mean) / sd of every value. */
function scaled(mean: number, sd: number, takes: string): InputView {
  return {
    takes,
    fix: `--normalize ${mean},${sd}`,
    isScale: true,
    view: (values) => values.map((value) => (value - mean) / sd),
  };
}

function standardized(features: number): InputView {
  return {
    takes: "each feature with mean 0 and deviation 1",
    fix: "--standardize",
    isScale: true,
    view(values) {
      const samples = values.length / features;
      const sums = new Float64Array(features);
      const squares = new Float64Array(features);
      for (let at = 0; at < values.length; at++) sums[at % features]! += values[at]! / samples;
      for (let at = 0; at < values.length; at++) {
        const deviation = values[at]! - sums[at % features]!;
        squares[at % features]! += (deviation * deviation) / samples;
      }
      return values.map((value, at) => (value - sums[at % features]!) / (Math.sqrt(squares[at % features]!) || 1));
    },
  };
}

/** The ways to try, the likelier first. */
export function inputViews(shape: readonly number[], inputs: Split["inputs"], values: Float64Array): InputView[] {
  const greatest = values.reduce((most, value) => Math.max(most, value), 0);
  const isBytes = inputs instanceof Uint8Array;
  const scales = isBytes || greatest <= 1 ? [scaled(0, 1 / 255, "bytes as they are, 0 to 255")] : [];
  if (greatest > 1 && greatest <= 255) scales.push(scaled(0, 255, "values of 0 to 1"));
  if (isBytes || greatest <= 1)
    scales.push(scaled(0.5, 0.5, "values of -1 to 1"), scaled(0.1307, 0.3081, "MNIST's normalisation"));
  const features = shape.reduce((product, size) => product * size, 1);
  return [...layouts(shape), ...scales, standardized(features)];
}
