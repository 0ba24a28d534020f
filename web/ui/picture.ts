/** Samples, and weights for them, as pictures: grey where a pixel is one number, in colours where it is red, green and blue. */
import { channelsOf, withoutOnes } from "../../src/core/sample-axes.ts";

/** Where the numbers of a sample stand in its picture. */
export interface PictureLayout {
  readonly rows: number;
  readonly columns: number;
  /** Numbers of a pixel. */
  readonly channels: 1 | 3;
  /** From one channel of a pixel to the next, and from one pixel to the next. */
  readonly steps: readonly [channel: number, pixel: number];
}

/** @param shape extents of a sample. @returns undefined where samples are no pictures that can be shown */
export function pictureLayout(shape: readonly number[]): PictureLayout | undefined {
  const extents = withoutOnes(shape);
  if (extents.length === 2) return { rows: extents[0]!, columns: extents[1]!, channels: 1, steps: [0, 1] };
  const order = channelsOf(shape);
  if (order === undefined) return undefined;
  const [rows, columns, channels] = order === "first" ? [...extents.slice(1), extents[0]!] : extents;
  if (channels !== 3) return undefined;
  const steps = order === "first" ? ([rows! * columns!, 1] as const) : ([1, 3] as const);
  return { rows: rows!, columns: columns!, channels, steps };
}

/** RGBA bytes, none of them transparent. */
export interface Picture extends Pick<PictureLayout, "rows" | "columns"> {
  readonly bytes: Uint8ClampedArray<ArrayBuffer>;
}

/** @param values [features]: 0 is black, 255 white */
export function pictureOf(values: ArrayLike<number>, layout: PictureLayout): Picture {
  return painted(layout, (index) => values[index]!);
}

/** Weights of so many root mean squares are black or white: by the largest, a single one would grey out the rest. */
const FULL_CONTRAST = 3;

/** A neuron's weights: 0 in the middle of the greys, black the most negative, white the most positive. */
export function weightPicture(weights: ArrayLike<number>, layout: PictureLayout): Picture {
  let squares = 0;
  for (let index = 0; index < weights.length; index++) squares += weights[index]! * weights[index]!;
  const full = FULL_CONTRAST * Math.sqrt(squares / weights.length);
  const scale = full === 0 ? 0 : 127.5 / full;
  return painted(layout, (index) => 127.5 + weights[index]! * scale);
}

function painted({ rows, columns, channels, steps }: PictureLayout, valueAt: (index: number) => number): Picture {
  const [channelStep, pixelStep] = steps;
  const bytes = new Uint8ClampedArray(4 * rows * columns).fill(255);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    for (let colour = 0; colour < 3; colour++) {
      bytes[4 * pixel + colour] = valueAt(pixel * pixelStep + (channels === 3 ? colour * channelStep : 0));
    }
  }
  return { rows, columns, bytes };
}
