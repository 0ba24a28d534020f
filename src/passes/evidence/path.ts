/**
 * What flows through every hidden neuron to the label's logit while inputs grow from 0 to those of a sample: conductance in steps,
 * behind the forward pass of each chunk. Each step takes two passes through the layers above the first, and one back; a step is a
 * piece of work of its own, as all of them last many times as long as a forward pass.
 */
import { needsKeptSlope } from "../../core/activation.ts";
import { PATH_STEPS, type PathSums } from "../../core/evidence.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import type { KindShape } from "../../core/layers/registry.ts";
import type { DeviceArray } from "../../gpu/device/device-array.ts";
import { f32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { lanesOf, quadsOf } from "../../gpu/device/packing.ts";
import type { Recorder } from "../../gpu/device/recorder.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { path as shader } from "../../gpu/generated/shaders.ts";
import { createAddConductance, createScaleLayer, pathGrid } from "../../gpu/kernels/path.ts";
import { outputsLayout } from "../../gpu/layers/layer-kind.ts";
import { onDevice } from "../../gpu/layers/registry.ts";
import { activationAfter, type DeviceNetworks } from "../device-networks.ts";
import { chunksOf, type PassSize } from "../forward-pass.ts";
import { type LayerPass, LayerPasses, layerPassesLayout } from "../layer-passes.ts";
import { BlockSums, pagePlace } from "./block-sums.ts";
import { bindMagnitudes, magnitudesLayout } from "./magnitudes.ts";
import type { Collector, PageRide, Rider } from "./ride.ts";
import { bindStart, startLayout } from "./start.ts";

/** Outputs at the ends of steps of even and of odd number, and in their middles. */
const PLACES = ["even", "odd", "middle"] as const;
type Place = (typeof PLACES)[number];

function forwardUniforms(layer: KindShape) {
  const { forwardUniform } = onDevice(layer);
  return { even: forwardUniform, odd: forwardUniform, middle: forwardUniform };
}

/** What a collector of paths takes for one page. @param blocks at most, where the page's place is not known */
export function pathLayout({ shape, networks, samples, rows }: PassSize, blocks: number, kept: boolean) {
  const chunks = chunksOf(samples, rows).length;
  const hidden = hiddenUnits(shape);
  const slab = (width: number) => f32(networks, rows, lanesOf(width));
  const layer = hidden.map((units, index) => ({
    ...magnitudesLayout({ networks, units, blocks, chunks }),
    even: slab(units),
    odd: slab(units),
    middle: slab(units),
    conductance: slab(units),
    slopes: kept ? slab(units) : undefined,
    size: uniforms(shader, "Layer"),
    forward: forwardUniforms(shape[index]!),
    back: onDevice(shape[index + 1]!).backwardUniform,
  }));
  const arrays = {
    layer,
    delta: shape.map((own) => outputsLayout(own, networks, rows)),
    preactivations: slab(hidden[0] ?? 0),
    steps: uniforms(shader, "Step", 2 * PATH_STEPS + 1),
    start: startLayout(chunks),
    passes: layerPassesLayout(networks, chunks),
  };
  return { arrays, read: { layer: layer.map(({ sums }) => ({ sums })) } };
}

/** Arrays as large as the activations of a chunk. */
export function pathCopies(kept: boolean): number {
  return kept ? 7 : 6;
}

type PathArrays = Allocated<ReturnType<typeof pathLayout>["arrays"]>;

export interface PathCollector extends Collector {
  /** [networks][hidden layers] */
  gathered(): PathSums[][];
}

/** @param kept whether slopes of some activation must be worked out from z */
export function createPathCollector({ count, shape }: DeviceNetworks, kept: boolean): PathCollector {
  const hidden = hiddenUnits(shape);
  const sums = hidden.map((units) => new BlockSums(count * units, 1));
  return {
    copies: pathCopies(kept),
    board: (pass, own) => board(pass, own, sums, kept),
    gathered: () =>
      Array.from({ length: count }, (_, network) =>
        hidden.map((units, layer) => ({ conductances: sums[layer]!.column(network * units, units, 0) })),
      ),
  };
}

async function board(pass: PageRide, own: Owned, sums: readonly BlockSums[], kept: boolean): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const place = pagePlace(pass);
  const size = { shape: networks.shape, networks: networks.count, samples: page.count, rows: forward.rows };
  const arrays = own.allocate(pathLayout(size, place.blocks, kept).arrays, "path");
  writeUniforms(gpu, shader, arrays.steps, pathSteps());
  const passes = new LayerPasses(pass, arrays.passes);
  const { preactivations, delta } = arrays;
  const start = await bindStart(pass, "label", arrays.start, delta.at(-1)!);
  const uniform = arrays.layer[0]?.forward.even;
  const first =
    uniform && (await passes.forward(0, "identity", { uniform, inputs: undefined, outputs: preactivations }));
  const climb = await climbs(pass, passes, arrays);
  const descend = await descents(pass, passes, arrays);
  const add: LayerPass[] = [];
  for (const [layer, own] of sums.entries()) {
    const { sums: onDevice, chunks, conductance } = arrays.layer[layer]!;
    own.begin(gpu, onDevice, place);
    add.push(await bindMagnitudes(pass, layer, conductance, { sums: onDevice, chunks }));
  }
  return {
    encode(to, chunk) {
      start(to, chunk);
      first?.(to, chunk);
      climb.even(to, chunk, 0);
    },
    pieces: {
      count: PATH_STEPS,
      encode(to, chunk, step) {
        const end = step % 2 === 0 ? "odd" : "even";
        climb[end](to, chunk, 2 * step + 2);
        climb.middle(to, chunk, 2 * step + 1);
        descend[end](to, chunk, 2 * step + 1);
        if (step === PATH_STEPS - 1) for (const layer of add) layer(to, chunk);
      },
    },
    async collect() {
      for (const [layer, own] of sums.entries()) await own.add(gpu, arrays.layer[layer]!.sums, place);
    },
  };
}

/** Number i is half step i of the path; the first middle finds nothing to add to. */
function pathSteps() {
  return Array.from({ length: 2 * PATH_STEPS + 1 }, (_, half) => {
    return { share: half / (2 * PATH_STEPS), begins: half === 1 ? 1 : 0 };
  });
}

/** Work on a chunk at one place of the path. */
type PathPass = (to: Recorder, chunk: number, half: number) => void;

/** Outputs of all hidden layers at a half step, for each place where they may go. */
async function climbs(pass: PageRide, passes: LayerPasses, arrays: PathArrays): Promise<Record<Place, PathPass>> {
  const made: Partial<Record<Place, PathPass>> = {};
  for (const place of PLACES) made[place] = await climbTo(pass, passes, arrays, place);
  return made as Record<Place, PathPass>;
}

async function climbTo(
  pass: PageRide,
  passes: LayerPasses,
  { layer: layers, preactivations, steps }: PathArrays,
  place: Place,
): Promise<PathPass> {
  const { gpu, networks, forward } = pass;
  const { shape, count } = networks;
  const above: LayerPass[] = [];
  for (const [layer, { [place]: outputs, forward: uniform, slopes, size }] of layers.entries()) {
    const own = shape[layer]!;
    writeUniforms(gpu, shader, size, [
      {
        units: own.units,
        quads: quadsOf(own.units),
        slab_rows: forward.rows,
        inputs: own.inputs,
        input_lanes: lanesOf(own.inputs),
      },
    ]);
    if (layer === 0) continue;
    const activation = activationAfter(networks, layer);
    const inputs = layers[layer - 1]![place];
    const kept = place === "middle" && needsKeptSlope(activation) ? slopes : undefined;
    above.push(await passes.forward(layer, activation, { uniform: uniform[place], inputs, outputs, slopes: kept }));
  }
  const [first] = layers;
  if (first === undefined) return () => {};
  const activation = activationAfter(networks, 0);
  const shared = { layer: first.size, step: steps, parameters: networks.parameters[0]!, preactivations };
  const resources = { ...shared, outputs: first[place] };
  const scale =
    place === "middle" && needsKeptSlope(activation)
      ? (await createScaleLayer(gpu, "SLOPES", activation)).bind({ ...resources, slopes: first.slopes! })
      : (await createScaleLayer(gpu, "", activation)).bind(resources);
  return (to, chunk, half) => {
    scale.encode(to, pathGrid(quadsOf(shape[0]!.units), forward.rows, count), half);
    for (const layer of above) layer(to, chunk);
  };
}

/** Conductance of a step in all hidden layers, by where the step ends. */
async function descents(
  pass: PageRide,
  passes: LayerPasses,
  { layer: layers, delta, steps }: PathArrays,
): Promise<Record<"even" | "odd", PathPass>> {
  const { gpu, networks, forward } = pass;
  const works: Record<"even" | "odd", PathPass>[] = [];
  for (let layer = layers.length - 1; layer >= 0; layer--) {
    const { back: uniform, size, middle, conductance, slopes, ...ends } = layers[layer]!;
    const inputDelta = delta[layer]!;
    const back = await passes.back(layer + 1, { uniform, delta: delta[layer + 1]!, inputDelta });
    const activation = activationAfter(networks, layer);
    const grid = pathGrid(quadsOf(networks.shape[layer]!.units), forward.rows, networks.count);
    const bound = async (begin: DeviceArray<"f32", 3>, end: DeviceArray<"f32", 3>): Promise<PathPass> => {
      const shared = { layer: size, step: steps, begin, end, delta: inputDelta, conductance };
      const kernel = needsKeptSlope(activation)
        ? (await createAddConductance(gpu, "SLOPES", activation)).bind({ ...shared, slopes: slopes! })
        : (await createAddConductance(gpu, "", activation)).bind({ ...shared, middle });
      return (to, chunk, half) => {
        back(to, chunk);
        kernel.encode(to, grid, half);
      };
    };
    works.push({ even: await bound(ends.odd, ends.even), odd: await bound(ends.even, ends.odd) });
  }
  const all =
    (end: "even" | "odd"): PathPass =>
    (to, chunk, half) => {
      for (const work of works) work[end](to, chunk, half);
    };
  return { even: all("even"), odd: all("odd") };
}
