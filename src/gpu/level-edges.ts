/** Where the levels of neurons part: by the range of their outputs, or by their quantiles, over all pages of a split. */
import {
  type BinRule,
  equalFrequencyEdges,
  equalWidthEdges,
  levelsOf,
  type Quantization,
} from "../core/quantization.ts";
import type { GpuContext } from "./context.ts";
import { allocate, type DeviceArray, read } from "./device-array.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { DevicePages, DeviceSplit } from "./device-split.ts";
import type { ForwardPass } from "./forward-pass.ts";
import { createFindExtremes, decodeExtremes } from "./kernels/levels.ts";
import { createLevelPass, type LayerKernel, runLevelPass, uploadLevelChunks } from "./level-pass.ts";
import { submit } from "./recorder.ts";

/** Bytes of outputs that stand on the host at once to be sorted. */
const HOST_BYTES = 256 * 2 ** 20;

/**
 * @param rows samples of a chunk; by default as many as fit
 * @returns per hidden layer: [networks, units, levels - 1]
 */
export async function levelEdges(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  quantization: Quantization,
  rows?: number,
): Promise<Float32Array[]> {
  const levels = levelsOf(quantization);
  if (needsExtremes(quantization.bins)) {
    const extremes = await findExtremes(gpu, networks, split, rows);
    return extremes.map((words) => widthEdges(decodeExtremes(words), levels));
  }
  const edges: Float32Array[] = [];
  for (const layer of networks.widths.slice(1, -1).keys()) {
    edges.push(await frequencyEdges(gpu, networks, split, layer, levels, rows));
  }
  return edges;
}

export function needsExtremes(bins: BinRule): boolean {
  return bins === "equal-width";
}

interface LayerExtremes extends LayerKernel {
  readonly extremes: DeviceArray<"u32", 3>;
  readonly owned: readonly { destroy(): void }[];
}

/** Per hidden layer: [networks, units, 2], as find_extremes leaves it. */
async function findExtremes(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  rows: number | undefined,
): Promise<Uint32Array[]> {
  const found = networks.widths.slice(1, -1).map((units) => new Uint32Array(networks.count * units * 2));
  await split.eachPage(async (page) => {
    using forward = await createLevelPass(gpu, networks, page, rows);
    const layers: LayerExtremes[] = [];
    try {
      for (const layer of found.keys()) layers.push(await createExtremes(gpu, networks, forward, layer));
      await runLevelPass(gpu, networks, forward, "find extremes", layers);
      for (const [layer, { extremes }] of layers.entries()) {
        const own = await read(gpu, extremes);
        // Both words of a neuron are maxima (shaders/levels.wgsl).
        for (const [slot, word] of own.entries()) found[layer]![slot] = Math.max(found[layer]![slot]!, word);
      }
    } finally {
      for (const { owned } of layers) for (const one of owned) one.destroy();
    }
  });
  return found;
}

async function createExtremes(
  gpu: GpuContext,
  networks: DeviceNetworks,
  forward: ForwardPass,
  layer: number,
): Promise<LayerExtremes> {
  const units = networks.widths[layer + 1]!;
  const chunk = uploadLevelChunks(gpu, forward, { units, levels: 0, classes: 0 }); // which this kernel does not read
  const extremes = allocate(gpu, `layer ${layer} extremes`, "u32", [networks.count, units, 2]);
  const activations = forward.outputs[layer]!;
  const kernel = (await createFindExtremes(gpu)).bind({ chunk, activations, extremes });
  return { units, kernel, extremes, owned: [chunk, extremes] };
}

/** [neurons, levels - 1], from the least and the largest output of all neurons of a layer. */
function widthEdges(range: Float32Array, levels: number): Float32Array {
  const edges = new Float32Array((range.length / 2) * (levels - 1));
  for (let neuron = 0; neuron < range.length / 2; neuron++) {
    edges.set(equalWidthEdges(range[2 * neuron]!, range[2 * neuron + 1]!, levels), neuron * (levels - 1));
  }
  return edges;
}

/** [neurons, levels - 1], from sorted outputs: exact, some neurons at a time, so that the host's memory is bounded. */
async function frequencyEdges(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  layer: number,
  levels: number,
  rows: number | undefined,
): Promise<Float32Array> {
  const neurons = networks.count * networks.widths[layer + 1]!;
  const samples = split.count;
  const together = Math.max(1, Math.floor(HOST_BYTES / (4 * samples)));
  const edges = new Float32Array(neurons * (levels - 1));
  for (let first = 0; first < neurons; first += together) {
    const some = { layer, first, count: Math.min(together, neurons - first) };
    const values = new Float32Array(some.count * samples);
    let sample = 0;
    await split.eachPage(async (page) => {
      await readNeurons(gpu, networks, page, some, rows, values, samples, sample);
      sample += page.count;
    });
    for (let own = 0; own < some.count; own++) {
      const sorted = values.subarray(own * samples, (own + 1) * samples).sort();
      edges.set(equalFrequencyEdges(sorted, levels), (first + own) * (levels - 1));
    }
  }
  return edges;
}

/** Neurons first, first + 1, ... of a layer (from 0); a neuron is (network, unit), networks first. */
interface SomeNeurons {
  readonly layer: number;
  readonly first: number;
  readonly count: number;
}

/** Puts the neurons' outputs over one page into `values`, [neurons, samples], from the page's `firstSample` on. */
async function readNeurons(
  gpu: GpuContext,
  networks: DeviceNetworks,
  page: DeviceSplit,
  { layer, first, count: neurons }: SomeNeurons,
  rows: number | undefined,
  values: Float32Array,
  samples: number,
  firstSample: number,
): Promise<void> {
  using pass = await createLevelPass(gpu, networks, page, rows);
  const units = networks.widths[layer + 1]!;
  const outputs = pass.outputs[layer]!;
  const lanes = outputs.shape[2]!;
  for (const [index, chunk] of pass.chunks.entries()) {
    submit(gpu, "read outputs", (to) => pass.encode(to, index));
    const slab = await read(gpu, outputs);
    for (let own = 0; own < neurons; own++) {
      const neuron = first + own;
      const base = Math.floor(neuron / units) * pass.rows * lanes + (neuron % units);
      const to = own * samples + firstSample + chunk.first;
      for (let sample = 0; sample < chunk.count; sample++) values[to + sample] = slab[base + sample * lanes]!;
    }
  }
}
