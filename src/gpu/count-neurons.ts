/** One pass over a split: exact class-conditional counts of every hidden neuron's bit, and its mean activation. */
import type { LayerCounts } from "../core/neuron-counts.ts";
import type { GpuContext } from "./context.ts";
import { allocate, type DeviceArray, read, upload } from "./device-array.ts";
import { activationAfter, type DeviceNetworks } from "./device-networks.ts";
import { classBits, type DeviceSplit } from "./device-split.ts";
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
import { type UniformArray, uploadUniforms } from "./uniforms.ts";

interface LayerCounter {
  readonly units: number;
  readonly packBits: BoundKernel;
  readonly countOnes: BoundKernel;
  readonly blocks: DeviceArray<"f32">;
  readonly counts: DeviceArray<"u32", 3>;
  readonly owned: readonly { destroy(): void }[];
}

/**
 * @param rows samples of a chunk, a multiple of WORD; by default as many as fit. It never changes a result.
 * @param threshold theta of the bit, where it is not the activation's own
 * @returns per network, per hidden layer.
 */
export async function countNeurons(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  rows?: number,
  threshold?: number,
): Promise<LayerCounts[][]> {
  using forward = await createForwardPass(gpu, networks, split, rows);
  const words = Math.ceil(split.count / WORD);
  const bits = upload(gpu, "class bits", "u32", [split.classes, words], classBits(split.host.labels, split.classes));
  const counters: LayerCounter[] = [];
  try {
    for (let layer = 0; layer < networks.widths.length - 2; layer++) {
      counters.push(await createLayerCounter(gpu, networks, split, forward, layer, bits, threshold));
    }
    await run(gpu, networks, split, forward, counters);
    const columns: LayerCounts[][] = [];
    for (const counter of counters) columns.push(await readLayer(gpu, counter, networks.count, split));
    return Array.from({ length: networks.count }, (_, network) => columns.map((column) => column[network]!));
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
  // A vec2 binding: rank 3 for the shader, two floats an element here.
  const blocks = allocate(gpu, `layer ${layer} blocks`, "f32", [networks.count, units, words], 8);
  const counts = allocate(gpu, `layer ${layer} counts`, "u32", [networks.count, units, split.classes]);
  const packBits = await createPackBits(gpu, activationAfter(networks, layer), threshold);
  const countOnes = await createCountOnes(gpu);
  return {
    units,
    packBits: packBits.bind({ chunk, activations: forward.outputs[layer]!, bits, blocks }),
    countOnes: countOnes.bind({ chunk, bits, class_bits: classBitsArray, counts }),
    blocks: { ...blocks, shape: [networks.count, units, words, 2], rank: 4 },
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

async function readLayer(
  gpu: GpuContext,
  { units, blocks, counts }: LayerCounter,
  networks: number,
  split: DeviceSplit,
): Promise<LayerCounts[]> {
  const ones = await read(gpu, counts);
  const sums = await read(gpu, blocks);
  const words = Math.ceil(split.count / WORD);
  return Array.from({ length: networks }, (_, network) => ({
    neurons: units,
    onesPerClass: ones.slice(network * units * split.classes, (network + 1) * units * split.classes),
    meanActivation: Float32Array.from({ length: units }, (_, unit) =>
      meanOfBlocks(sums, (network * units + unit) * words, words, split.count),
    ),
  }));
}

/** sum_w (n_w pivot_w + deviation_w) / n: exact where all deviations are 0 and all pivots equal (24 + 29 bits < 53). */
function meanOfBlocks(sums: Float32Array, first: number, words: number, samples: number): number {
  let total = 0;
  for (let word = 0; word < words; word++) {
    const rows = Math.min(WORD, samples - word * WORD);
    total += rows * sums[2 * (first + word)]! + sums[2 * (first + word) + 1]!;
  }
  return total / samples;
}
