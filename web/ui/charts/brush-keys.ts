/** The brush without a pointer: what a key makes of the rectangle, in pixels of the plot. */

export interface Corner {
  readonly x: number;
  readonly y: number;
}

/** Two opposite corners; from the keyboard, the upper left one first. */
export type Box = readonly [Corner, Corner];

/** Of the plot, how far a key moves or stretches the box; and how large it is at first. */
const STEP = 1 / 16;
const FIRST = 1 / 4;

const directions: Readonly<Record<string, Corner>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

export const isBrushKey = (key: string): boolean => key in directions;

function sorted([a, b]: Box): Box {
  return [
    { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) },
    { x: Math.max(a.x, b.x), y: Math.max(a.y, b.y) },
  ];
}

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

/**
 * An arrow moves the box as far as the plot goes; with Shift, its right or lower edge alone. The first one puts it in the
 * middle.
 */
export function boxAfterKey(box: Box | undefined, key: string, shift: boolean, plot: Box): Box {
  const [from, to] = sorted(plot);
  const size = { x: to.x - from.x, y: to.y - from.y };
  if (box === undefined) {
    const at = (share: number): Corner => ({ x: from.x + share * size.x, y: from.y + share * size.y });
    return [at((1 - FIRST) / 2), at((1 + FIRST) / 2)];
  }
  const [a, b] = sorted(box);
  const step = { x: STEP * size.x, y: STEP * size.y };
  const by = { x: directions[key]!.x * step.x, y: directions[key]!.y * step.y };
  if (shift) {
    return [a, { x: clamp(b.x + by.x, a.x + step.x, to.x), y: clamp(b.y + by.y, a.y + step.y, to.y) }];
  }
  const moved = { x: clamp(by.x, from.x - a.x, to.x - b.x), y: clamp(by.y, from.y - a.y, to.y - b.y) };
  const shifted = ({ x, y }: Corner): Corner => ({ x: x + moved.x, y: y + moved.y });
  return [shifted(a), shifted(b)];
}
