/** A sample or a neuron's weights on a canvas. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Picture } from "../picture.ts";

/** A canvas without content is nothing to a screen reader; what it shows stands in the text beside it. */
export function PixelImage({ rows, columns, bytes }: Picture) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    canvas.current!.getContext("2d")!.putImageData(new ImageData(bytes, columns, rows), 0, 0);
  }, [bytes, rows, columns]);
  return <canvas ref={canvas} width={columns} height={rows} />;
}
