/**
 * A drawing to a digit as MNIST has them: its strokes' box is scaled, with its proportions, to 20 of 28 pixels at its longer
 * side, each pixel the share of it that is inked, and moved by whole pixels until its centre of mass is in the middle.
 * Pictures of other sizes have a box of the same share. A box that would stick out is moved back inside.
 */

/** Of the shorter side of a picture. */
const BOX_SHARE = 20 / 28;

/** Bounds of the ink in pixels of the drawing, the upper ones not included, and its centre of mass. */
interface Ink {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly massX: number;
  readonly massY: number;
}

function inkOf(drawing: Uint8Array, side: number): Ink | undefined {
  let [left, top, right, bottom] = [side, side, 0, 0];
  let [mass, momentX, momentY] = [0, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const ink = drawing[y * side + x]!;
      if (ink === 0) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
      mass += ink;
      momentX += ink * (x + 0.5);
      momentY += ink * (y + 0.5);
    }
  }
  return mass === 0 ? undefined : { left, top, right, bottom, massX: momentX / mass, massY: momentY / mass };
}

/** Where the box begins: the whole pixel for which the mass is nearest to the middle and the box is inside. */
function beginning(extent: number, size: number, mass: number): number {
  const wanted = Math.round(extent / 2 - mass);
  return Math.max(0, Math.min(Math.floor(extent - size), wanted));
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Adds the ink of one pixel of the drawing to those that it covers. */
function spread(sums: Float64Array, columns: number, ink: number, across: Range, down: Range): void {
  for (let row = Math.floor(down.from); row < down.to; row++) {
    const tall = Math.min(down.to, row + 1) - Math.max(down.from, row);
    for (let column = Math.floor(across.from); column < across.to; column++) {
      const wide = Math.min(across.to, column + 1) - Math.max(across.from, column);
      const at = row * columns + column;
      if (at < sums.length) sums[at]! += ink * tall * wide;
    }
  }
}

/**
 * @param drawing [side, side]: ink, 0 to 255
 * @param shape [rows, columns] of the picture
 * @returns [rows, columns]: 255 the ink; undefined where nothing is drawn
 */
export function centredDigit(
  drawing: Uint8Array,
  side: number,
  [rows, columns]: readonly [number, number],
): Uint8Array | undefined {
  const ink = inkOf(drawing, side);
  if (ink === undefined) return undefined;
  const [wide, tall] = [ink.right - ink.left, ink.bottom - ink.top];
  const scale = Math.round(BOX_SHARE * Math.min(rows, columns)) / Math.max(wide, tall);
  const left = beginning(columns, wide * scale, (ink.massX - ink.left) * scale);
  const top = beginning(rows, tall * scale, (ink.massY - ink.top) * scale);
  const sums = new Float64Array(rows * columns);
  for (let y = ink.top; y < ink.bottom; y++) {
    const down = { from: top + (y - ink.top) * scale, to: top + (y + 1 - ink.top) * scale };
    for (let x = ink.left; x < ink.right; x++) {
      const own = drawing[y * side + x]!;
      if (own === 0) continue;
      spread(sums, columns, own, { from: left + (x - ink.left) * scale, to: left + (x + 1 - ink.left) * scale }, down);
    }
  }
  return Uint8Array.from(sums, (sum) => Math.min(255, Math.round(sum)));
}
