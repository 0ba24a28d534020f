/**
 * Sums over samples of products of what every two hidden neurons do: of their outputs less a constant, and, where a signal is sent back
 * from the logits, of what flows back to them. The networks are then copies of one, a signal each.
 */
import { needsKeptSlope } from "../../core/activation.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { greatest } from "../../core/long-arrays.ts";
import { write } from "../../gpu/device/device-array.ts";
import { f32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { lanesOf, quadsOf } from "../../gpu/device/packing.ts";
import { batchBytes, bindingBytes, type PlanBasis } from "../../gpu/device/plan-basis.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { passDown as passDownShader, moments as shader } from "../../gpu/generated/shaders.ts";
import { createAddMoments, type MomentPair, momentsGrid } from "../../gpu/kernels/moments.ts";
import { createPassDown, passDownGrid } from "../../gpu/kernels/pass-down.ts";
import type { SignalKind } from "../../gpu/kernels/start-signal.ts";
import { sumBlocks } from "../../gpu/kernels/sum-block.ts";
import { outputsLayout } from "../../gpu/layers/layer-kind.ts";
import { onDevice } from "../../gpu/layers/registry.ts";
import { activationAfter, type DeviceNetworks, keepsSlopes } from "../device-networks.ts";
import { chunksOf, type PassSize } from "../forward-pass.ts";
import { type LayerPass, LayerPasses, layerPassesLayout } from "../layer-passes.ts";
import { BlockSums, pagePlace } from "./block-sums.ts";
import type { Collector, PageRide, Rider } from "./ride.ts";
import { bindStart, startLayout } from "./start.ts";

/** Sums of four neurons of the right layer stand together. */
const FLOATS = 4;

/** Signals that are sent back at once: a fixed number, so that no memory changes how classes are added. */
export const SIGNALS_AT_ONCE = 16;

/** Some neurons of one hidden layer, in quads, with all of another or of the same. */
export interface Strip {
  /** Hidden layers, from 0; left is not above right. */
  readonly left: number;
  readonly right: number;
  readonly firstQuad: number;
  readonly quads: number;
}

interface MomentsSize extends PassSize {
  readonly strips: readonly Strip[];
  readonly sendsSignals: boolean;
  readonly keepsSlopes: boolean;
}

/** Bytes of the sums of one quad of the left layer. */
function stripQuadBytes(rightUnits: number, blocks: number): number {
  return 4 * lanesOf(rightUnits) * 4 * blocks;
}

/** Strips in groups, each of which one pass adds up: its sums fit in a binding, and together in a share of the memory. */
export function stripGroups(
  basis: PlanBasis,
  units: readonly number[],
  pairs: readonly (readonly [number, number])[],
  samples: number,
): Strip[][] {
  const most = Math.min(bindingBytes(basis), batchBytes(basis));
  // A page may begin within a block.
  const blocks = sumBlocks(0, samples) + 1;
  const groups: Strip[][] = [];
  let left = 0;
  for (const [own, other] of pairs) {
    const bytes = stripQuadBytes(units[other]!, blocks);
    const whole = quadsOf(units[own]!);
    const quads = Math.max(1, Math.min(whole, Math.floor(most / bytes)));
    for (let firstQuad = 0; firstQuad < whole; firstQuad += quads) {
      const strip = { left: own, right: other, firstQuad, quads: Math.min(quads, whole - firstQuad) };
      const size = strip.quads * bytes;
      if (groups.length === 0 || size > left) {
        groups.push([]);
        left = most;
      }
      groups.at(-1)!.push(strip);
      left -= size;
    }
  }
  return groups;
}

/** What a collector of moments takes for one page. @param blocks at most, where the page's place is not known */
export function momentsLayout(
  { shape, networks, samples, rows, strips, sendsSignals, keepsSlopes: kept }: MomentsSize,
  blocks: number,
) {
  const chunks = chunksOf(samples, rows).length;
  const hidden = hiddenUnits(shape);
  const strip = strips.map(({ right, quads }) => ({
    sums: f32(4 * quads, quadsOf(hidden[right]!), FLOATS * blocks),
    pair: uniforms(shader, "Pair"),
  }));
  const layer = hidden.map((units, index) => ({
    signal: sendsSignals ? outputsLayout(shape[index]!, networks, rows) : undefined,
    size: uniforms(passDownShader, "Layer"),
    back: onDevice(shape[index + 1]!).backwardUniform,
    again: kept ? onDevice(shape[index]!).forwardUniform : undefined,
    constants: f32(lanesOf(units)),
  }));
  const arrays = {
    strip,
    layer,
    delta: shape.map((own) => (sendsSignals ? outputsLayout(own, networks, rows) : undefined)),
    /** z of one layer after the other, where an activation's value does not tell its slope. */
    preactivations: sendsSignals && kept ? f32(networks, rows, greatest(hidden.map(lanesOf))) : undefined,
    parts: uniforms(shader, "Part", chunks),
    start: startLayout(chunks),
    passes: layerPassesLayout(networks, chunks),
  };
  return { arrays, read: { strip: strip.map(({ sums }) => ({ sums })) } };
}

/** Arrays as large as the activations of a chunk. */
export function momentCopies(sendsSignals: boolean, kept: boolean): number {
  if (!sendsSignals) return 0;
  return kept ? 3 : 2;
}

type MomentArrays = Allocated<ReturnType<typeof momentsLayout>["arrays"]>;

/** What is sent back from the logits: of class `firstClass` in the first network, of the next in the next. */
interface Signal {
  readonly kind: SignalKind;
  readonly firstClass: number;
}

interface Moments {
  readonly strips: readonly Strip[];
  /** Per hidden layer: [neurons] */
  readonly constants: readonly Float32Array[];
  readonly signal?: Signal | undefined;
}

interface MomentsCollector extends Collector {
  /** [strips][4 quads, lanes of the right layer]; of a layer with itself, what lies left of the diagonal's quads is 0. */
  gathered(): Float64Array[];
}

/** @param networks one, or copies of one: a signal each */
export function createMomentsCollector(networks: DeviceNetworks, asked: Moments): MomentsCollector {
  const hidden = hiddenUnits(networks.shape);
  const rowsOf = ({ quads, right }: Strip) => 4 * quads * quadsOf(hidden[right]!);
  const sums = asked.strips.map((strip) => new BlockSums(rowsOf(strip), FLOATS));
  return {
    copies: momentCopies(asked.signal !== undefined, keepsSlopes(networks)),
    board: (pass, own) => board(pass, own, sums, asked),
    gathered: () => asked.strips.map((strip, index) => sums[index]!.column(0, rowsOf(strip), 0, 1)),
  };
}

async function board(pass: PageRide, own: Owned, sums: readonly BlockSums[], asked: Moments): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const { shape, count } = networks;
  const { strips, constants, signal } = asked;
  const place = pagePlace(pass);
  const kept = keepsSlopes(networks);
  const size = { shape, networks: count, samples: page.count, rows: forward.rows, strips, keepsSlopes: kept };
  const { arrays: layout } = momentsLayout({ ...size, sendsSignals: signal !== undefined }, place.blocks);
  const arrays = own.allocate(layout, "moments");
  const parts = forward.chunks.map(({ first, count: samples }) => ({ count: samples, earlier: place.offset + first }));
  writeUniforms(gpu, shader, arrays.parts, parts);
  for (const [layer, { constants: onDevice }] of arrays.layer.entries()) {
    const padded = new Float32Array(lanesOf(shape[layer]!.units));
    padded.set(constants[layer]!);
    write(gpu, onDevice, padded);
  }
  const back = signal === undefined ? [] : await signalsBack(pass, arrays, asked, signal);
  const pieces: LayerPass[] = [];
  for (const [index, strip] of strips.entries()) {
    sums[index]!.begin(gpu, arrays.strip[index]!.sums, place);
    pieces.push(await stripOf(pass, arrays, index, strip));
  }
  return {
    encode(to, chunk) {
      for (const layer of back) layer(to, chunk);
    },
    pieces: { count: pieces.length, encode: (to, chunk, piece) => pieces[piece]!(to, chunk) },
    async collect() {
      for (const [index, own] of sums.entries()) await own.add(gpu, arrays.strip[index]!.sums, place);
    },
  };
}

/** What flows back to all hidden layers down to the lowest that is multiplied. */
async function signalsBack(
  pass: PageRide,
  arrays: MomentArrays,
  { strips }: Moments,
  { kind, firstClass }: Signal,
): Promise<LayerPass[]> {
  const passes = new LayerPasses(pass, arrays.passes);
  const lowest = strips.reduce((least, { left }) => Math.min(least, left), arrays.layer.length - 1);
  const layers = [await bindStart(pass, kind, arrays.start, arrays.delta.at(-1)!, firstClass)];
  for (let layer = arrays.layer.length - 1; layer >= lowest; layer--) {
    const { back: uniform, signal } = arrays.layer[layer]!;
    layers.push(await passes.back(layer + 1, { uniform, delta: arrays.delta[layer + 1]!, inputDelta: signal! }));
    if (layer > lowest) layers.push(await passedDown(pass, passes, arrays, layer));
  }
  return layers;
}

/** From what flows back by outputs of a hidden layer to what flows back by its pre-activations. */
async function passedDown(
  pass: PageRide,
  passes: LayerPasses,
  { layer: layers, delta: deltas, preactivations, parts: part }: MomentArrays,
  layer: number,
): Promise<LayerPass> {
  const { gpu, networks, forward } = pass;
  const { size, signal, again: uniform } = layers[layer]!;
  const quads = quadsOf(networks.shape[layer]!.units);
  writeUniforms(gpu, passDownShader, size, [{ slab_rows: forward.rows, quads }]);
  const activation = activationAfter(networks, layer);
  const shared = { layer: size, part, signal: signal!, delta: deltas[layer]! };
  const grid = (chunk: number) => passDownGrid(quads, forward.chunks[chunk]!.count, networks.count);
  if (!needsKeptSlope(activation)) {
    const activations = forward.outputs[layer]!;
    const kernel = (await createPassDown(gpu, "", activation)).bind({ ...shared, activations });
    return (to, chunk) => kernel.encode(to, grid(chunk), chunk);
  }
  const inputs = forward.outputs[layer - 1];
  const again = await passes.forward(layer, "identity", { uniform: uniform!, inputs, outputs: preactivations! });
  const resources = { ...shared, preactivations: preactivations! };
  const kernel = (await createPassDown(gpu, "PREACTIVATIONS", activation)).bind(resources);
  return (to, chunk) => {
    again(to, chunk);
    kernel.encode(to, grid(chunk), chunk);
  };
}

async function stripOf(
  pass: PageRide,
  { strip: strips, layer: layers, parts: part }: MomentArrays,
  index: number,
  { left, right, firstQuad, quads }: Strip,
): Promise<LayerPass> {
  const { gpu, networks, forward } = pass;
  const { offset, blocks } = pagePlace(pass);
  const { sums, pair } = strips[index]!;
  const [own, other] = [layers[left]!, layers[right]!];
  const sizes: MomentPair = {
    slab_rows: forward.rows,
    left_quads: quadsOf(networks.shape[left]!.units),
    right_quads: quadsOf(networks.shape[right]!.units),
    first_quad: firstQuad,
    strip_quads: quads,
    same: left === right ? 1 : 0,
    signals: own.signal === undefined ? 0 : networks.count,
    blocks,
  };
  writeUniforms(gpu, shader, pair, [sizes]);
  const shared = {
    pair,
    part,
    left_outputs: forward.outputs[left]!,
    right_outputs: forward.outputs[right]!,
    left_constants: own.constants,
    right_constants: other.constants,
    sums,
  };
  const kernel =
    own.signal === undefined
      ? (await createAddMoments(gpu, "")).bind(shared)
      : (await createAddMoments(gpu, "SIGNALS")).bind({
          ...shared,
          left_signals: own.signal,
          right_signals: other.signal!,
        });
  return (to, chunk) => {
    const { first, count } = forward.chunks[chunk]!;
    kernel.encode(to, momentsGrid(sizes, { count, earlier: offset + first }), chunk);
  };
}
