/** One pass over a split: exact class-conditional counts of every hidden neuron's bit, and its mean activation. */
import type { LayerCounts } from "../core/neuron-counts.ts";
import type { GpuContext } from "./context.ts";
import { allocate, type DeviceArray, read, upload } from "./device-array.ts";
import { activationAfter, type DeviceNetworks } from "./device-networks.ts";
import { classBits, type DevicePages, type DeviceSplit } from "./device-split.ts";
import { type Chunk, createForwardPass, type ForwardPass, forwardOperations } from "./forward-pass.ts";
import { histogram } from "./generated/shaders.ts";
import type { BoundKernel } from "./kernel.ts";
import {
  countOnesGrid,
  createCountOnes,
  createPackBits,
  type HistogramChunk,
  packBitsGrid,
  WORD,
} from "./kernels/histogram.ts";
import { Pacer } from "./pacing.ts";
import { lanesOf } from "./packing.ts";
import { addTo } from "./page-sums.ts";
import { type UniformArray, uploadUniforms } from "./uniforms.ts";

interface LayerCounter {
  /** Neurons of the layer in one network. */
  readonly units: number;
  readonly packBits: BoundKernel;
  readonly countOnes: BoundKernel;
  readonly blocks: DeviceArray<"f32">;
  readonly counts: DeviceArray<"u32", 3>;
  readonly owned: readonly { destroy(): void }[];
}

/** Sums over the pages that were counted, of one hidden layer over all networks. */
interface LayerSums {
  readonly units: number;
  /** [networks, units, classes] */
  readonly ones: Uint32Array;
  /** [networks, units]: sums of activations. */
  readonly activations: Float64Array;
}

/**
 * @param rows samples of a chunk, a multiple of WORD; by default as many as fit. It never changes a result, nor do pages.
 * @param threshold theta of the bit, where it is not the activation's own
 * @returns per network, per hidden layer.
 */
export async function countNeurons(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  rows?: number,
  threshold?: number,
): Promise<LayerCounts[][]> {
  const { count, widths } = networks;
  const sums = widths.slice(1, -1).map((units): LayerSums => {
    const neurons = count * units;
    return { units, ones: new Uint32Array(neurons * split.classes), activations: new Float64Array(neurons) };
  });
  await split.eachPage((page) => countPage(gpu, networks, page, rows, threshold, sums));
  return Array.from({ length: count }, (_, network) => sums.map((layer) => countsOf(layer, network, split)));
}

function countsOf({ units, ones, activations }: LayerSums, network: number, split: DevicePages): LayerCounts {
  const each = units * split.classes;
  const own = activations.subarray(network * units, (network + 1) * units);
  return {
    neurons: units,
    onesPerClass: ones.slice(network * each, (network + 1) * each),
    meanActivation: Float32Array.from(own, (sum) => sum / split.count),
  };
}

/** Adds one page to the sums. */
async function countPage(
  gpu: GpuContext,
  networks: DeviceNetworks,
  page: DeviceSplit,
  rows: number | undefined,
  threshold: number | undefined,
  sums: readonly LayerSums[],
): Promise<void> {
  using forward = await createForwardPass(gpu, networks, page, rows);
  const words = Math.ceil(page.count / WORD);
  const bits = upload(gpu, "class bits", "u32", [page.classes, words], classBits(page.host.labels, page.classes));
  const counters: LayerCounter[] = [];
  try {
    for (let layer = 0; layer < networks.widths.length - 2; layer++) {
      counters.push(await createLayerCounter(gpu, networks, page, forward, layer, bits, threshold));
    }
    await run(gpu, networks, page, forward, counters);
    for (const [layer, counter] of counters.entries()) await addLayer(gpu, counter, page.count, sums[layer]!);
  } finally {
    bits.destroy();
    for (const counter of counters) for (const owned of counter.owned) owned.destroy();
  }
}

async function createLayerCounter(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  forward: ForwardPass,
  layer: number,
  classBitsArray: DeviceArray<"u32", 2>,
  threshold: number | undefined,
): Promise<LayerCounter> {
  const units = networks.widths[layer + 1]!;
  const words = Math.ceil(split.count / WORD);
  const chunk: UniformArray<"Chunk"> = uploadUniforms(
    gpu,
    histogram,
    "Chunk",
    forward.chunks.map((part) => chunkUniform(part, forward.rows, units, words, split.classes)),
  );
  const bits = allocate(gpu, `layer ${layer} bits`, "u32", [networks.count, units, words]);
  // A vec2 binding: two floats an element.
  const blocks = allocate(gpu, `layer ${layer} blocks`, "f32", [networks.count, units, words], 8);
  const counts = allocate(gpu, `layer ${layer} counts`, "u32", [networks.count, units, split.classes]);
  const packBits = await createPackBits(gpu, activationAfter(networks, layer), threshold);
  const countOnes = await createCountOnes(gpu);
  return {
    units,
    packBits: packBits.bind({ chunk, activations: forward.outputs[layer]!, bits, blocks }),
    countOnes: countOnes.bind({ chunk, bits, class_bits: classBitsArray, counts }),
    blocks,
    counts,
    owned: [chunk, bits, blocks, counts],
  };
}

function chunkUniform(part: Chunk, rows: number, units: number, words: number, classes: number): HistogramChunk {
  return { ...part, slab_rows: rows, unit_lanes: lanesOf(units), units, words, classes };
}

async function run(
  gpu: GpuContext,
  { count: jobs, widths }: DeviceNetworks,
  split: DeviceSplit,
  forward: ForwardPass,
  counters: readonly LayerCounter[],
): Promise<void> {
  const units = forward.chunks.length + 1; // the last one counts what all chunks packed
  await new Pacer(gpu).run({
    label: "count neurons",
    units,
    unitOperations: jobs * forward.rows * forwardOperations(widths),
    encode(to, first, end) {
      for (let unit = first; unit < Math.min(end, units - 1); unit++) {
        forward.encode(to, unit);
        const samples = forward.chunks[unit]!.count;
        for (const { packBits, units: neurons } of counters)
          packBits.encode(to, packBitsGrid(neurons, samples, jobs), unit);
      }
      if (end < units) return;
      for (const { countOnes, units: neurons } of counters) {
        countOnes.encode(to, countOnesGrid(split.classes, neurons, jobs));
      }
    },
  });
}

async function addLayer(
  gpu: GpuContext,
  { blocks, counts }: LayerCounter,
  samples: number,
  { ones, activations }: LayerSums,
): Promise<void> {
  addTo(ones, await read(gpu, counts));
  const sums = await read(gpu, blocks);
  const words = Math.ceil(samples / WORD);
  for (let neuron = 0; neuron < activations.length; neuron++) {
    activations[neuron] = sumOfBlocks(activations[neuron]!, sums, neuron * words, words, samples);
  }
}

/**
 * before + sum_w (n_w pivot_w + deviation_w), in float64: exact where all deviations are 0 and all pivots equal, as long as
 * the number of samples takes no more than 29 bits (24 + 29 = 53).
 */
function sumOfBlocks(before: number, sums: Float32Array, first: number, words: number, samples: number): number {
  let total = before;
  for (let word = 0; word < words; word++) {
    const rows = Math.min(WORD, samples - word * WORD);
    total += rows * sums[2 * (first + word)]! + sums[2 * (first + word) + 1]!;
  }
  return total;
}
