/** A neuron's incoming weights as a picture: black is the most negative, white the most positive, grey is 0. */
import { useLayoutEffect, useRef } from "preact/hooks";

/** Weights of so many root mean squares are black or white: by the largest, a single one would grey out the rest. */
const FULL_CONTRAST = 3;

/** RGBA bytes of weights, 0 in the middle of the greys. */
export function greyOfWeights(values: ArrayLike<number>): Uint8ClampedArray<ArrayBuffer> {
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += values[index]! * values[index]!;
  const full = FULL_CONTRAST * Math.sqrt(squares / values.length);
  const scale = full === 0 ? 0 : 127.5 / full;
  return greyBytes(values.length, (index) => 127.5 + values[index]! * scale);
}

/** RGBA bytes of `count` grey pixels. */
export function greyBytes(count: number, grey: (index: number) => number): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(4 * count);
  for (let index = 0; index < count; index++)
    bytes.fill(grey(index), 4 * index, 4 * index + 3).fill(255, 4 * index + 3, 4 * index + 4);
  return bytes;
}

interface GreyImageProps {
  /** [rows * columns * 4] */
  readonly bytes: Uint8ClampedArray<ArrayBuffer>;
  /** [rows, columns] */
  readonly shape: readonly number[];
}

/** A canvas without content is nothing to a screen reader; what it shows stands in the text beside it. */
export function GreyImage({ bytes, shape }: GreyImageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [rows, columns] = shape as [number, number];
  useLayoutEffect(() => {
    canvas.current!.getContext("2d")!.putImageData(new ImageData(bytes, columns, rows), 0, 0);
  }, [bytes, rows, columns]);
  return <canvas ref={canvas} width={columns} height={rows} />;
}
