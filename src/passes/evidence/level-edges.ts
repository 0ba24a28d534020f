/** Where the levels of neurons part: by the range of their outputs, or by their quantiles, over all pages of a split. */
import { hiddenLayers, hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { type BinRule, equalFrequencyEdges, equalWidthEdges } from "../../core/quantization.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { read } from "../../gpu/device/device-array.ts";
import { u32, uniforms } from "../../gpu/device/layout.ts";
import type { PlanBasis } from "../../gpu/device/plan-basis.ts";
import { submit } from "../../gpu/device/recorder.ts";
import { levels as shader } from "../../gpu/generated/shaders.ts";
import { createFindExtremes, decodeExtremes } from "../../gpu/kernels/levels.ts";
import type { DeviceNetworks } from "../device-networks.ts";
import type { DevicePages, DeviceSplit } from "../device-split.ts";
import { createForwardPass, rowsPerChunk } from "../forward-pass.ts";
import { boardLayers, writeLevelChunks } from "./layer-kernels.ts";
import type { Collector } from "./ride.ts";

/** Bytes of outputs that stand on the host at once to be sorted. */
const HOST_BYTES = 256 * 2 ** 20;

/**
 * Quantiles, by reading the outputs of one layer after another.
 * @param rows samples of a chunk; by default `readingRows`
 * @returns per hidden layer: [networks, units, levels - 1]
 */
export async function quantileEdges(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  levels: number,
  rows?: number,
): Promise<Float32Array[]> {
  const edges: Float32Array[] = [];
  for (const layer of hiddenLayers(networks.shape).keys()) {
    edges.push(await frequencyEdges({ gpu, networks, rows }, split, layer, levels));
  }
  return edges;
}

export function needsExtremes(bins: BinRule): boolean {
  return bins === "equal-width";
}

/** What an extremes collector takes for one page. */
export function extremesLayout(shape: NetworkShape, networks: number, chunks: number) {
  const layer = hiddenUnits(shape).map((units) => ({
    extremes: u32(networks, units, 2),
    chunks: uniforms(shader, "Chunk", chunks),
  }));
  return { arrays: { layer }, read: { layer: layer.map(({ extremes }) => ({ extremes })) } };
}

/** Of a page: rows of a chunk with half of the memory of other passes, as a layer's outputs are read back besides. */
export function readingRows(basis: PlanBasis, samples: number, networks: number, shape: NetworkShape): number {
  const { device, memoryBytes, pace } = basis;
  return rowsPerChunk({ device, memoryBytes: memoryBytes / 2, pace }, samples, networks, shape);
}

export interface ExtremesCollector extends Collector {
  /** Per hidden layer: [networks, units, levels - 1]. */
  edges(levels: number): Float32Array[];
  /** Per hidden layer: [networks, units, 2], the least and the largest. */
  ranges(): Float32Array[];
}

/** Finds the least and the largest output of every neuron. */
export function createExtremesCollector({ count, shape }: DeviceNetworks): ExtremesCollector {
  const found = hiddenUnits(shape).map((units) => new Uint32Array(count * units * 2));
  return {
    board(pass, own) {
      const { gpu, forward } = pass;
      const arrays = own.allocate(extremesLayout(shape, count, forward.chunks.length).arrays);
      return boardLayers(pass, found.length, async (layer) => {
        const units = shape[layer]!.units;
        const find = await createFindExtremes(gpu);
        const { chunks: chunk, extremes } = arrays.layer[layer]!;
        writeLevelChunks(gpu, chunk, forward, { units, levels: 0, classes: 0 }); // which this kernel does not read
        return {
          units,
          kernel: find.bind({ chunk, activations: forward.outputs[layer]!, extremes }),
          async collect() {
            const words = await read(gpu, extremes);
            // Both words of a neuron are maxima (shaders/levels.wgsl).
            for (const [slot, word] of words.entries()) found[layer]![slot] = Math.max(found[layer]![slot]!, word);
          },
        };
      });
    },
    ranges: () => found.map(decodeExtremes),
    edges: (levels) => found.map((words) => widthEdges(decodeExtremes(words), levels)),
  };
}

/** [neurons, levels - 1], from the least and the largest output of all neurons of a layer. */
function widthEdges(range: Float32Array, levels: number): Float32Array {
  const edges = new Float32Array((range.length / 2) * (levels - 1));
  for (let neuron = 0; neuron < range.length / 2; neuron++) {
    edges.set(equalWidthEdges(range[2 * neuron]!, range[2 * neuron + 1]!, levels), neuron * (levels - 1));
  }
  return edges;
}

interface Reading {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  /** Samples a pass, where that is decided. */
  readonly rows: number | undefined;
}

/** [neurons, levels - 1], from sorted outputs: exact, some neurons at a time, so that the host's memory is bounded. */
async function frequencyEdges(
  reading: Reading,
  split: DevicePages,
  layer: number,
  levels: number,
): Promise<Float32Array> {
  const { networks } = reading;
  const neurons = networks.count * networks.shape[layer]!.units;
  const samples = split.count;
  const together = Math.max(1, Math.floor(HOST_BYTES / (4 * samples)));
  const edges = new Float32Array(neurons * (levels - 1));
  for (let first = 0; first < neurons; first += together) {
    const some = { layer, first, count: Math.min(together, neurons - first) };
    const values = new Float32Array(some.count * samples);
    let sample = 0;
    await split.eachPage(async (page) => {
      await readNeurons(reading, page, some, { values, samples, first: sample });
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

/** Where outputs go: `values` [neurons, samples], of a page whose first sample is the `first`. */
interface NeuronOutputs {
  readonly values: Float32Array;
  readonly samples: number;
  readonly first: number;
}

/** Puts the neurons' outputs over one page in their place. */
async function readNeurons(
  { gpu, networks, rows }: Reading,
  page: DeviceSplit,
  { layer, first, count: neurons }: SomeNeurons,
  { values, samples, first: firstSample }: NeuronOutputs,
): Promise<void> {
  using pass = await createForwardPass(gpu, networks, page, {
    rows: rows ?? readingRows(gpu, page.count, networks.count, networks.shape),
    depth: layer + 1,
  });
  const units = networks.shape[layer]!.units;
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
