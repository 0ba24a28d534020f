/** The pen on a square canvas: strokes from a pointer, and from keys that move it and put it down. */

/** Pixels of the canvas, each way. */
export const PAD_SIDE = 112;
/** As thick as MNIST's strokes are once the drawing is scaled. */
const PEN_WIDTH = 10;
/** How far an arrow moves the pen. */
const STEP = 4;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The pen of the keyboard. */
export interface Pen extends Point {
  readonly isDown: boolean;
}

export const penAtFirst: Pen = { x: PAD_SIDE / 2, y: PAD_SIDE / 4, isDown: false };

const directions: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

const inside = (value: number) => Math.min(Math.max(value, PEN_WIDTH / 2), PAD_SIDE - PEN_WIDTH / 2);

/** What a key makes of the pen: arrows move it, the space bar puts it down or lifts it. Undefined for other keys. */
export function penAfterKey({ x, y, isDown }: Pen, key: string): Pen | undefined {
  if (key === " ") return { x, y, isDown: !isDown };
  const by = directions[key];
  return by && { x: inside(x + STEP * by.x), y: inside(y + STEP * by.y), isDown };
}

/** A stroke from one point to the next; a dot where they are the same. */
export function stroke(context: CanvasRenderingContext2D, from: Point, to: Point): void {
  context.strokeStyle = "#fff";
  context.lineWidth = PEN_WIDTH;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}

/** [PAD_SIDE, PAD_SIDE]: how far each pixel is inked. */
export function inkOn(context: CanvasRenderingContext2D): Uint8Array {
  const { data } = context.getImageData(0, 0, PAD_SIDE, PAD_SIDE);
  return Uint8Array.from({ length: PAD_SIDE * PAD_SIDE }, (_, pixel) => data[4 * pixel + 3]!);
}

export function wipe(context: CanvasRenderingContext2D): void {
  context.clearRect(0, 0, PAD_SIDE, PAD_SIDE);
}
