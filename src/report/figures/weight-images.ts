/** Weights of a neuron as a small picture: PNG in a data URI, so that specifications and pages need no other file. */
import { encode } from "fast-png";
import { divergingColours } from "./theme.ts";

/** Few colours keep the files small; steps on each side of 0. */
const STEPS = 24;

const channels = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
const [negative, middle, positive] = divergingColours.map(channels) as [number[], number[], number[]];

/** Red, green and blue of a share from -1 to 1; 0 is the middle of the scale. */
export function divergingColour(share: number): number[] {
  const end = share < 0 ? negative : positive;
  const step = Math.min(STEPS, Math.round(Math.abs(share) * STEPS)) / STEPS;
  return middle.map((from, channel) => Math.round(from + (end[channel]! - from) * step));
}

/**
 * @param weights [height, width], row-major
 * @param end the weight that has the full colour; larger ones have it too
 */
export function weightImage(weights: Float32Array, [height, width]: readonly [number, number], end: number): string {
  const data = Uint8Array.from(Array.from(weights, (weight) => divergingColour(weight / end)).flat());
  const png = encode({ width, height, data, channels: 3, depth: 8 });
  return `data:image/png;base64,${btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join(""))}`;
}
