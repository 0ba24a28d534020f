/** Float64 twin of shaders/pool.wgsl on plain maps: rows of [positions, channels] for each sample, positions row by row. */
import { areaOf } from "../core/layers/maps.ts";
import { type Pool, pooledMap } from "../core/layers/pooling.ts";

/** Positions of the map that a window reads, row by row. */
function positionsOf({ source, window }: Pool, place: number): number[] {
  const { kernel, stride, padding } = window;
  const { width } = pooledMap({ source, window });
  const top = Math.floor(place / width) * stride.y - padding.top;
  const left = (place % width) * stride.x - padding.left;
  const positions: number[] = [];
  for (let y = Math.max(0, top); y < Math.min(source.height, top + kernel.y); y++) {
    for (let x = Math.max(0, left); x < Math.min(source.width, left + kernel.x); x++) {
      positions.push(y * source.width + x);
    }
  }
  return positions;
}

/** Index of the first of the largest, or of a NaN where there is one. */
function largest(values: readonly number[]): number {
  return values.reduce((best, value, at) => (value > values[best]! || Number.isNaN(value) ? at : best), 0);
}

interface Reading {
  /** Place of the window's value in [samples, positions, channels]. */
  readonly output: number;
  /** Places of the values that it is made from. */
  readonly from: readonly number[];
  /** What their sum is divided by. */
  readonly divisor: number;
}

/** Each window of each sample and channel. */
function eachWindow(pool: Pool, inputs: ArrayLike<number>, visit: (reading: Reading) => void): void {
  const { source, window, kind } = pool;
  const { channels } = source;
  const [area, places] = [areaOf(source), areaOf(pooledMap(pool))];
  for (let s = 0; s < inputs.length / (area * channels); s++) {
    for (let place = 0; place < places; place++) {
      const positions = positionsOf(pool, place);
      for (let c = 0; c < channels; c++) {
        const all = positions.map((position) => (s * area + position) * channels + c);
        const best = all[largest(all.map((at) => inputs[at]!))]!;
        const counted = kind === "average" ? all.length : window.kernel.y * window.kernel.x;
        const output = (s * places + place) * channels + c;
        visit(kind === "max" ? { output, from: [best], divisor: 1 } : { output, from: all, divisor: counted });
      }
    }
  }
}

/** What the pool makes of the maps of samples. */
export function poolMaps(inputs: ArrayLike<number>, pool: Pool): Float64Array {
  const { source } = pool;
  const samples = inputs.length / (source.channels * areaOf(source));
  const outputs = new Float64Array(samples * areaOf(pooledMap(pool)) * source.channels);
  eachWindow(pool, inputs, ({ output, from, divisor }) => {
    outputs[output] = from.reduce((sum, at) => sum + inputs[at]!, 0) / divisor;
  });
  return outputs;
}

/** delta = slopes * what of next_delta reaches each position. @param slopes act' of the map that is pooled, `inputs` */
export function poolDelta(
  next_delta: ArrayLike<number>,
  inputs: ArrayLike<number>,
  pool: Pool,
  slopes: ArrayLike<number>,
): Float64Array {
  const delta = new Float64Array(inputs.length);
  eachWindow(pool, inputs, ({ output, from, divisor }) => {
    for (const at of from) delta[at]! += next_delta[output]! / divisor;
  });
  return delta.map((sum, at) => sum * slopes[at]!);
}
