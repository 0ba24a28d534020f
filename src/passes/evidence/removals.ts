/**
 * What the removal of every hidden neuron alone changes in the prediction, from the intact network upwards: in groups of neurons,
 * each a piece of work of its own. Single removals of walks (ablation/walks) count right predictions exactly; here differences are
 * carried, which tell small changes.
 */
import type { ReplacementMode } from "../../core/ablation.ts";
import type { RemovalSums } from "../../core/evidence.ts";
import { classesOf, hiddenLayers, hiddenUnits } from "../../core/layers/network-shape.ts";
import type { KindShape } from "../../core/layers/registry.ts";
import { greatest } from "../../core/long-arrays.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { type DeviceArray, write } from "../../gpu/device/device-array.ts";
import type { BoundKernel } from "../../gpu/device/kernel.ts";
import { f32, structs, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { lanesOf, quadsOf } from "../../gpu/device/packing.ts";
import { activationBytes, batchBytes, leastOf, type PlanBasis } from "../../gpu/device/plan-basis.ts";
import type { Recorder } from "../../gpu/device/recorder.ts";
import { type UniformArray, writeUniforms } from "../../gpu/device/uniforms.ts";
import { forward as forwardShader, removals as shader } from "../../gpu/generated/shaders.ts";
import {
  changesGrid,
  createAddChanges,
  createPassOn,
  createRemoveAlone,
  differencesGrid,
  type RemovalLayer,
  type RemovalPart,
} from "../../gpu/kernels/removals.ts";
import { outputLanes, outputsLayout } from "../../gpu/layers/layer-kind.ts";
import { onDevice } from "../../gpu/layers/registry.ts";
import { activationAfter, type DeviceNetworks } from "../device-networks.ts";
import { chunksOf, forwardOperations, type PassSize, writeJobs } from "../forward-pass.ts";
import { type LayerPass, LayerPasses, layerPassesLayout } from "../layer-passes.ts";
import { BlockSums, pagePlace } from "./block-sums.ts";
import type { Collector, PageRide, Rider } from "./ride.ts";
import { bindStart, startLayout } from "./start.ts";

/** Sums of a neuron in a mode: of losses, divergences and squares; a quad of them. */
const FLOATS = 4;
/** Slabs that one dispatch may have. */
const MOST_SLABS = 65_535;
/** Operations of an activation and what goes with it, for the length of a piece of work. */
const UNIT_OPERATIONS = 20;

interface RemovalSize extends PassSize {
  readonly modes: readonly ReplacementMode[];
}

/** Neurons of hidden layer `layer`, from 0, that are removed at once: each has a slab in every layer above, for each mode. */
function groupOf(basis: PlanBasis, { shape, networks, rows, modes }: RemovalSize, layer: number): number {
  const { units } = shape[layer]!;
  const above = shape.slice(layer + 1);
  if (above.length === 1) return units; // the logits change directly
  const lanes = above.map(outputLanes);
  const slabs = networks * modes.length;
  const operations = forwardOperations(above.slice(1)) + UNIT_OPERATIONS * lanes.reduce((sum, of) => sum + of, 0);
  return leastOf({
    all: Math.min(units, MOST_SLABS / slabs),
    binding: activationBytes(basis) / (4 * slabs * rows * greatest(lanes)),
    memory: batchBytes(basis) / (4 * slabs * rows * lanes.reduce((sum, of) => sum + of, 0)),
    time: basis.pace.unitOperations / (slabs * rows * operations),
  }).count;
}

/** What a collector of removals takes for one page. @param blocks at most, where the page's place is not known */
export function removalsLayout(basis: PlanBasis, size: RemovalSize, blocks: number) {
  const { shape, networks, samples, rows, modes } = size;
  const chunks = chunksOf(samples, rows).length;
  const groups = hiddenLayers(shape).map((_, layer) => groupOf(basis, size, layer));
  const layer = hiddenUnits(shape).map((units, index) => {
    const group = groups[index]!;
    const above = shape.slice(index + 1);
    return {
      sums: f32(networks, units * modes.length, FLOATS * blocks),
      means: f32(networks, units),
      sizes: above.map(() => uniforms(shader, "Layer")),
      parts: uniforms(shader, "Part", chunks * Math.ceil(units / group)),
      products: above.slice(1).map((own) => onDevice(own).forwardUniform),
      jobs: structs(forwardShader, "Job", networks * group * modes.length),
    };
  });
  const slabs = (own: KindShape, above: number) => {
    // Layers two below and further have slabs here; none has of the last hidden layer, whose logits change directly.
    const most = greatest(groups.slice(0, Math.min(above, groups.length - 1)));
    return most > 0 ? outputsLayout(own, networks * most * modes.length, rows) : undefined;
  };
  const arrays = {
    layer,
    /** Of layers from the second on: differences that removals make. */
    slabs: shape.slice(1).map((own, index) => slabs(own, index + 1)),
    /** Of hidden layers from the second on: z of the intact networks. */
    preactivations: hiddenLayers(shape)
      .slice(1)
      .map((own) => outputsLayout(own, networks, rows)),
    again: hiddenLayers(shape)
      .slice(1)
      .map((own) => onDevice(own).forwardUniform),
    predictions: f32(networks, rows, lanesOf(classesOf(shape))),
    start: startLayout(chunks),
    passes: layerPassesLayout(networks, chunks),
  };
  return { arrays, read: { layer: layer.map(({ sums }) => ({ sums })) } };
}

type RemovalArrays = Allocated<ReturnType<typeof removalsLayout>["arrays"]>;

interface RemovalsCollector extends Collector {
  /** [networks][hidden layers], of one of its modes. */
  gathered(mode: ReplacementMode): RemovalSums[][];
}

/** @param means per hidden layer: [networks, units] */
export function createRemovalsCollector(
  { count, shape }: DeviceNetworks,
  means: readonly Float32Array[],
  modes: readonly ReplacementMode[],
): RemovalsCollector {
  const hidden = hiddenUnits(shape);
  const each = modes.length;
  const sums = hidden.map((units) => new BlockSums(count * units * each, FLOATS));
  /** Of every layer of every network, what is made of its sums in one mode. */
  function ofLayers<T>(mode: ReplacementMode, made: (column: (part: number) => Float64Array) => T): T[][] {
    const own = modes.indexOf(mode);
    return Array.from({ length: count }, (_, network) =>
      hidden.map((units, layer) => {
        const all = (part: number) => sums[layer]!.column(network * units * each, units * each, part);
        return made((part) => all(part).filter((_, removal) => removal % each === own));
      }),
    );
  }
  return {
    copies: 1,
    board: (pass, own) => board(pass, own, { sums, means, modes }),
    gathered: (mode) =>
      ofLayers(mode, (column): RemovalSums => ({ losses: column(0), divergences: column(1), squares: column(2) })),
  };
}

interface Removals {
  readonly sums: readonly BlockSums[];
  readonly means: readonly Float32Array[];
  readonly modes: readonly ReplacementMode[];
}

async function board(pass: PageRide, own: Owned, { sums, means, modes }: Removals): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const place = pagePlace(pass);
  const size = { shape: networks.shape, networks: networks.count, samples: page.count, rows: forward.rows, modes };
  const arrays = own.allocate(removalsLayout(gpu, size, place.blocks).arrays, "removals");
  const passes = new LayerPasses(pass, arrays.passes);
  const intact = [await bindStart(pass, "prediction", arrays.start, arrays.predictions)];
  for (const [index, outputs] of arrays.preactivations.entries()) {
    const uniform = arrays.again[index]!;
    const inputs = forward.outputs[index];
    intact.push(await passes.forward(index + 1, "identity", { uniform, inputs, outputs }));
  }
  const pieces: LayerPass[] = [];
  for (const [layer, own] of sums.entries()) {
    write(gpu, arrays.layer[layer]!.means, means[layer]!);
    own.begin(gpu, arrays.layer[layer]!.sums, place);
    const group = groupOf(gpu, size, layer);
    const climb = await createClimb(pass, passes, arrays, { layer, group, modes });
    for (let first = 0; first < networks.shape[layer]!.units; first += group) pieces.push(climb(first / group));
  }
  return {
    encode(to, chunk) {
      for (const layer of intact) layer(to, chunk);
    },
    pieces: { count: pieces.length, encode: (to, chunk, piece) => pieces[piece]!(to, chunk) },
    async collect() {
      for (const [layer, own] of sums.entries()) await own.add(gpu, arrays.layer[layer]!.sums, place);
    },
  };
}

/** Whose neurons are removed: of hidden layer `layer`, from 0, in groups. */
interface Removed {
  readonly layer: number;
  readonly group: number;
  readonly modes: readonly ReplacementMode[];
}

/** The chunks of a page, each for every group in turn. */
function partsOf(pass: PageRide, { layer, group }: Removed): RemovalPart[] {
  const { offset } = pagePlace(pass);
  const groups = Math.ceil(pass.networks.shape[layer]!.units / group);
  return pass.forward.chunks.flatMap(({ first, count }) =>
    Array.from({ length: groups }, (_, index) => ({ neuron: index * group, first, count, earlier: offset + first })),
  );
}

/** Sizes of the kernels that compute differences in layer `above`, from 0. */
function sizesIn(pass: PageRide, { layer, group, modes }: Removed, above: number): RemovalLayer {
  const { shape } = pass.networks;
  return {
    neurons: shape[layer]!.units,
    neuron_lanes: lanesOf(shape[layer]!.units),
    units: shape[above]!.units,
    quads: quadsOf(shape[above]!.units),
    slab_rows: pass.forward.rows,
    group,
    modes: modes.length,
    first_mode: modes[0] === "zero" ? 0 : 1,
    blocks: pagePlace(pass).blocks,
  };
}

interface ChangeArrays {
  readonly tally: {
    readonly part: UniformArray<"Part">;
    readonly layer: UniformArray<"Layer">;
    readonly predictions: DeviceArray<"f32", 3>;
    readonly labels: DeviceArray<"u32", 1>;
    readonly sums: DeviceArray<"f32", 3>;
  };
  readonly neurons?: {
    readonly activations: DeviceArray<"f32", 3>;
    readonly means: DeviceArray<"f32", 2>;
    readonly parameters: DeviceArray<"f32", 3>;
  };
  readonly changes?: DeviceArray<"f32", 3>;
}

/** Work on one chunk for one group, by its number. */
async function createClimb(
  pass: PageRide,
  passes: LayerPasses,
  arrays: RemovalArrays,
  removed: Removed,
): Promise<(group: number) => LayerPass> {
  const { gpu, networks, page, forward } = pass;
  const { layer } = removed;
  const { sums, means, sizes, parts: uniform } = arrays.layer[layer]!;
  const parts = partsOf(pass, removed);
  writeUniforms(gpu, shader, uniform, parts);
  for (const [index, size] of sizes.entries()) {
    writeUniforms(gpu, shader, size, [sizesIn(pass, removed, layer + 1 + index)]);
  }
  const groups = parts.length / forward.chunks.length;
  const shared = {
    part: uniform,
    activations: forward.outputs[layer]!,
    means,
    parameters: networks.parameters[layer + 1]!,
  };
  const isLast = sizes.length === 1;
  const { predictions } = arrays;
  const tally = { part: uniform, layer: sizes.at(-1)!, predictions, labels: page.labels, sums };
  const add = await addingChanges(gpu, {
    tally,
    ...(isLast ? { neurons: shared } : { changes: arrays.slabs.at(-1)! }),
  });
  const top = sizesIn(pass, removed, networks.parameters.length - 1);
  const climb = isLast ? [] : await differencesOf(pass, passes, arrays, removed);
  return (number) => (to, chunk) => {
    const part = chunk * groups + number;
    for (const step of climb) step(to, chunk, part);
    add.encode(to, changesGrid(top, parts[part]!, networks.count), part);
  };
}

/** Bound to the neurons themselves or to slabs of differences. */
async function addingChanges(gpu: GpuContext, { tally, neurons, changes }: ChangeArrays): Promise<BoundKernel> {
  if (neurons !== undefined) return (await createAddChanges(gpu, "LAST")).bind({ ...tally, ...neurons });
  return (await createAddChanges(gpu, "")).bind({ ...tally, changes: changes! });
}

/** Encodes something for one chunk and one group. */
type Step = (to: Recorder, chunk: number, part: number) => void;

/** Differences in every layer above, from the one next to the neurons to the logits. */
async function differencesOf(
  pass: PageRide,
  passes: LayerPasses,
  { layer: layers, slabs, preactivations }: RemovalArrays,
  { layer, group, modes }: Removed,
): Promise<Step[]> {
  const { gpu, networks, forward } = pass;
  const { means, sizes, parts: part, products, jobs } = layers[layer]!;
  const { shape, parameters, count } = networks;
  const removals = count * group * modes.length;
  writeJobs(
    gpu,
    jobs,
    Array.from({ length: removals }, (_, slab) => jobOf(Math.floor(slab / (group * modes.length)))),
  );
  const gridOf = (above: number, chunk: number, jobs: number) =>
    differencesGrid(quadsOf(shape[above]!.units), forward.chunks[chunk]!.count, jobs);
  const next = layer + 1;
  const alone = (await createRemoveAlone(gpu, activationAfter(networks, next))).bind({
    part,
    layer: sizes[0]!,
    means,
    activations: forward.outputs[layer]!,
    parameters: parameters[next]!,
    preactivations: preactivations[layer]!,
    differences: slabs[layer]!,
  });
  const steps: Step[] = [(to, chunk, at) => alone.encode(to, gridOf(next, chunk, count), at)];
  for (let above = next + 1; above < parameters.length; above++) {
    const outputs = slabs[above - 1]!;
    const uniform = products[above - next - 1]!;
    const arrays = { uniform, inputs: slabs[above - 2]!, outputs, slabs: { jobs, count: removals } };
    const product = await passes.forward(above, "identity", arrays);
    steps.push((to, chunk) => product(to, chunk));
    if (above === parameters.length - 1) continue;
    const pass_on = (await createPassOn(gpu, activationAfter(networks, above))).bind({
      part,
      layer: sizes[above - next]!,
      preactivations: preactivations[above - 1]!,
      differences: outputs,
    });
    steps.push((to, chunk, at) => pass_on.encode(to, gridOf(above, chunk, removals), at));
  }
  return steps;
}

const jobOf = (network: number) => ({ network, curve: 0, replacement: 0, removed: 0 });
