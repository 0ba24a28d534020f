/**
 * In which order the numbers of a sample lie. Pictures with colours come channels first (PyTorch: [channels, height, width]) or
 * channels last (Keras, PNG: [height, width, channels]), and a network takes the one order or the other. Axes of extent 1
 * change no order.
 */

export const channelOrders = ["first", "last"] as const;
export type ChannelOrder = (typeof channelOrders)[number];

/** How many channels pictures have; the usual number first. */
const CHANNEL_COUNTS = [3, 4, 2];

/** From the data's order to the network's: which axis goes to the other end. */
const axisMoves = ["none", "first-to-last", "last-to-first"] as const;
export type AxisMove = (typeof axisMoves)[number];

type Shape = readonly number[];

export function withoutOnes(shape: Shape): Shape {
  return shape.filter((extent) => extent !== 1);
}

/** Where the channels stand; undefined where there are none, or the extents do not tell. */
export function channelsOf(shape: Shape): ChannelOrder | undefined {
  const [a, b, c, more] = withoutOnes(shape);
  if (c === undefined || more !== undefined) return undefined;
  const isCount = (extent: number) => CHANNEL_COUNTS.includes(extent);
  // A square picture.
  if (b === c && a !== b && isCount(a!)) return "first";
  if (a === b && c !== b && isCount(c)) return "last";
  const count = CHANNEL_COUNTS.find((usual) => (a === usual) !== (c === usual));
  if (count === undefined) return undefined;
  return a === count ? "first" : "last";
}

/** Which channel each number of a sample belongs to, if that is known. */
export type ChannelPlaces =
  | { readonly kind: "known"; readonly channelOf: (index: number) => number }
  /** Another number of channels than was asked for; 0 where samples have no axes. */
  | { readonly kind: "other"; readonly channels: number }
  /** No axis is known to be that of channels. */
  | { readonly kind: "open" };

/** @param asked channels that there have to be, 2 or more: they tell where `channelsOf` does not, if only one end has so many */
export function channelPlaces(sampleShape: Shape, asked?: number): ChannelPlaces {
  const shape = withoutOnes(sampleShape);
  const [a, b, c, more] = shape;
  if (c === undefined) return { kind: "other", channels: shape.length < 2 ? 0 : 1 };
  const fitting = a === c ? undefined : a === asked ? "first" : c === asked ? "last" : undefined;
  const order = more === undefined ? (channelsOf(shape) ?? fitting) : undefined;
  if (order === undefined) return { kind: "open" };
  const channels = order === "first" ? a! : c;
  if (channels !== (asked ?? channels)) return { kind: "other", channels };
  const plane = b! * c;
  return { kind: "known", channelOf: order === "first" ? (index) => Math.floor(index / plane) : (index) => index % c };
}

function moved(shape: Shape, move: AxisMove): Shape {
  const [a, b, c] = shape as [number, number, number];
  return { none: shape, "first-to-last": [b, c, a], "last-to-first": [c, a, b] }[move];
}

/** Products of the first extents. */
function boundaries(shape: Shape): number[] {
  let product = 1;
  return shape.map((extent) => {
    product *= extent;
    return product;
  });
}

/** Whether one shape is the other with neighbouring axes taken together, so that numbers lie in the same order. */
function sameOrder(left: Shape, right: Shape): boolean {
  const [a, b] = [boundaries(left), boundaries(right)];
  return a.every((product) => b.includes(product)) || b.every((product) => a.includes(product));
}

/** What decides about the order: the way from the data's to the network's, or why there is none that is known. */
export type AxisDecision =
  | {
      readonly kind: "move";
      readonly move: AxisMove;
      /** Three extents, as the data have them, where they are moved. */
      readonly shape: Shape;
    }
  /** The shapes exclude each other. */
  | { readonly kind: "contradiction" }
  /** Both orders of channels are possible: `--channels` decides. */
  | { readonly kind: "open" }
  /** `--channels` says otherwise than the file, or cannot be applied to what the data say. */
  | { readonly kind: "misfit"; readonly reason: string };

const AS_THEY_ARE: AxisDecision = { kind: "move", move: "none", shape: [] };

/**
 * @param network extents of the network's input, where its file says them; a single extent says nothing of axes
 * @param data extents of a sample
 * @param channels where the user says that the network has its channels
 */
export function decideAxes(network: Shape | undefined, data: Shape, channels: ChannelOrder | undefined): AxisDecision {
  const [taken, given] = [withoutOnes(network ?? []), withoutOnes(data)];
  if (given.length === 3) return ofPictures(taken, given, channels);
  if (channels !== undefined && given.length < 2) {
    return { kind: "misfit", reason: "samples of one dimension, which have no channels to move" };
  }
  if (taken.length < 2 || given.length < 2 || sameOrder(taken, given)) return AS_THEY_ARE;
  return taken.length === 3 ? ofFlattenedPictures(taken, given) : { kind: "contradiction" };
}

/** The data have three axes. */
function ofPictures(network: Shape, shape: Shape, channels: ChannelOrder | undefined): AxisDecision {
  const own = channelsOf(shape);
  const excluded = own === "first" ? "last-to-first" : own === "last" ? "first-to-last" : undefined;
  const candidates = axisMoves.filter((move) => move !== excluded);
  const fitting = network.length < 2 ? candidates : candidates.filter((move) => sameOrder(network, moved(shape, move)));
  const [move, another] = fitting;
  if (move === undefined) return { kind: "contradiction" };
  if (own === undefined) {
    if (channels === undefined) return { kind: "move", move, shape };
    return { kind: "misfit", reason: `samples ${shape.join(" x ")}, of which no axis is known to be that of channels` };
  }
  const asked = axisMoves.find((one) => one !== excluded && (one === "none") === (channels === own));
  if (another !== undefined) return channels === undefined ? { kind: "open" } : { kind: "move", move: asked!, shape };
  if (channels === undefined || asked === move) return { kind: "move", move, shape };
  return { kind: "misfit", reason: `a network that takes ${network.join(" x ")}, as its file says` };
}

/** The network has three axes, the data some of them taken together, perhaps in the other order. */
function ofFlattenedPictures(network: Shape, data: Shape): AxisDecision {
  const [back, another] = axisMoves.filter((move) => move !== "none" && sameOrder(moved(network, move), data));
  if (back === undefined || another !== undefined) return { kind: "contradiction" };
  const move = back === "first-to-last" ? "last-to-first" : "first-to-last";
  return { kind: "move", move, shape: moved(network, back) };
}

/** [features]: for each number of a sample, in the data's order, its place in the network's. */
export function placesAfter(move: AxisMove, shape: Shape): Uint32Array {
  const [a, b, c] = shape as [number, number, number];
  const places = new Uint32Array(a * b * c);
  let index = 0;
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      for (let k = 0; k < c; k++) {
        places[index] = move === "none" ? index : move === "first-to-last" ? (j * c + k) * a + i : (k * a + i) * b + j;
        index++;
      }
    }
  }
  return places;
}
