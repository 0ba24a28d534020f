/** Maps, and windows that slide over them: the geometry of convolutions and pools. */

/** Values of one sample: a map for each channel. */
export interface MapShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Along y and x. */
export interface Extents {
  readonly y: number;
  readonly x: number;
}

/** A window of `kernel` positions that moves by `stride` over a map with zeros around it. */
export interface Window {
  readonly kernel: Extents;
  readonly stride: Extents;
  /** Rows and columns of zeros. */
  readonly padding: { readonly top: number; readonly bottom: number; readonly left: number; readonly right: number };
}

/** The same along both axes, with `zeros` rows and columns of them on every side. */
export function squareWindow(kernel: number, stride = 1, zeros = 0): Window {
  return {
    kernel: { y: kernel, x: kernel },
    stride: { y: stride, x: stride },
    padding: { top: zeros, bottom: zeros, left: zeros, right: zeros },
  };
}

/** Positions of a channel. */
export function areaOf({ height, width }: Pick<MapShape, "height" | "width">): number {
  return height * width;
}

/** How many windows fit along an axis; 0 where the window is larger than map and zeros. */
const places = (extent: number, kernel: number, stride: number) =>
  extent < kernel ? 0 : Math.floor((extent - kernel) / stride) + 1;

/** Where windows are: positions of the output. */
export function windowPlaces(
  { height, width }: Pick<MapShape, "height" | "width">,
  { kernel, stride, padding: { top, bottom, left, right } }: Window,
): Pick<MapShape, "height" | "width"> {
  return {
    height: places(height + top + bottom, kernel.y, stride.y),
    width: places(width + left + right, kernel.x, stride.x),
  };
}

/** Over all places along an axis: positions of the kernel that lie within the map. */
function within(extent: number, count: number, kernel: number, stride: number, before: number): number {
  let sum = 0;
  for (let place = 0; place < count; place++) {
    const first = place * stride - before;
    sum += Math.max(0, Math.min(extent, first + kernel) - Math.max(0, first));
  }
  return sum;
}

/** Over all windows: positions that lie within the map, and not in the zeros around it. */
export function positionsRead(map: Pick<MapShape, "height" | "width">, window: Window): number {
  const { height, width } = windowPlaces(map, window);
  const { kernel, stride, padding } = window;
  const rows = within(map.height, height, kernel.y, stride.y, padding.top);
  return rows * within(map.width, width, kernel.x, stride.x, padding.left);
}
