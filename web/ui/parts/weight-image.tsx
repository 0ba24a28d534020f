/** A neuron's incoming weights as a picture: black is the most negative, white the most positive, grey is 0. */
import { useLayoutEffect, useRef } from "preact/hooks";

/** Fills RGBA bytes with grey values of `values` scaled by their largest magnitude. */
export function greyOfWeights(values: ArrayLike<number>): Uint8ClampedArray<ArrayBuffer> {
  let most = 0;
  for (let index = 0; index < values.length; index++) most = Math.max(most, Math.abs(values[index]!));
  const scale = most === 0 ? 0 : 127.5 / most;
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
