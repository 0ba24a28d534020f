/** Exact class-conditional counts of every hidden neuron's bit, and its mean activation. */
import type { GatheredLayer } from "../../core/evidence.ts";
import { classesOf, hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { type DeviceArray, read, write } from "../../gpu/device/device-array.ts";
import type { BoundKernel } from "../../gpu/device/kernel.ts";
import { f32x2, u32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { lanesOf } from "../../gpu/device/packing.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { histogram } from "../../gpu/generated/shaders.ts";
import { countOnesGrid, createCountOnes, createPackBits, packBitsGrid, WORD } from "../../gpu/kernels/histogram.ts";
import { activationAfter, type DeviceNetworks } from "../device-networks.ts";
import { classBits, type DevicePages } from "../device-split.ts";
import { addTo } from "../page-sums.ts";
import { type Collector, type PageRide, type Rider, ride } from "./ride.ts";

/** What the bits of a layer take for one page of so many words. */
export function layerBitsLayout(units: number, networks: number, words: number, classes: number, chunks: number) {
  return {
    bits: u32(networks, units, words),
    blocks: f32x2(networks, units, words),
    counts: u32(networks, units, classes),
    chunks: uniforms(histogram, "Chunk", chunks),
  };
}

/** What a bits collector takes for one page of `samples` samples. */
export function bitsLayout(shape: NetworkShape, networks: number, samples: number, chunks: number) {
  const words = Math.ceil(samples / WORD);
  const classes = classesOf(shape);
  const layer = hiddenUnits(shape).map((units) => layerBitsLayout(units, networks, words, classes, chunks));
  const read = { layer: layer.map(({ blocks, counts }) => ({ blocks, counts })) };
  return { arrays: { classBits: u32(classes, words), layer }, read };
}

/** What packs and counts the bits of a layer. */
export interface BitKernels {
  /** Neurons of the layer in one network. */
  readonly units: number;
  readonly packBits: BoundKernel;
  readonly countOnes: BoundKernel;
}

interface LayerBits extends BitKernels {
  /** [networks, units, words] pairs. */
  readonly blocks: DeviceArray<"f32", 3>;
  readonly counts: DeviceArray<"u32", 3>;
}

/** Sums over pages, of one hidden layer over all networks. */
interface LayerSums {
  readonly units: number;
  /** [networks, units, classes] */
  readonly ones: Uint32Array;
  /** [networks, units]: sums of activations. */
  readonly activations: Float64Array;
}

interface BitsCollector extends Collector {
  /** [networks][hidden layers]: a bit's counts, and means. */
  gathered(): GatheredLayer[][];
}

/**
 * @param samples of all pages
 * @param threshold theta of the bit, where it is not the activation's own
 */
export function createBitsCollector(
  { count, shape }: DeviceNetworks,
  { classes, count: samples }: Pick<DevicePages, "classes" | "count">,
  threshold?: number,
): BitsCollector {
  const sums = hiddenUnits(shape).map((units): LayerSums => {
    const neurons = count * units;
    return { units, ones: new Uint32Array(neurons * classes), activations: new Float64Array(neurons) };
  });
  return {
    board: (pass, own) => board(pass, own, sums, threshold),
    gathered: () =>
      Array.from({ length: count }, (_, network) =>
        sums.map(({ units, ones, activations }): GatheredLayer => {
          const each = units * classes;
          const own = activations.subarray(network * units, (network + 1) * units);
          return {
            units,
            meanActivation: Float32Array.from(own, (sum) => sum / samples),
            levels: { levels: 2, counts: ones.slice(network * each, (network + 1) * each) },
          };
        }),
      ),
  };
}

async function board(
  pass: PageRide,
  own: Owned,
  sums: readonly LayerSums[],
  threshold: number | undefined,
): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const arrays = own.allocate(bitsLayout(networks.shape, networks.count, page.count, forward.chunks.length).arrays);
  write(gpu, arrays.classBits, classBits(page.host.labels, page.classes));
  const layers: LayerBits[] = [];
  for (const [layer, own] of arrays.layer.entries()) {
    const { blocks, counts } = own;
    layers.push({ ...(await bindBits(pass, layer, own, arrays.classBits, threshold)), blocks, counts });
  }
  return {
    encode(to, chunk) {
      const samples = forward.chunks[chunk]!.count;
      for (const { packBits, units } of layers)
        packBits.encode(to, packBitsGrid(units, samples, networks.count), chunk);
    },
    encodeEnd(to) {
      for (const { countOnes, units } of layers) {
        countOnes.encode(to, countOnesGrid(page.classes, units, networks.count));
      }
    },
    async collect() {
      for (const [layer, own] of layers.entries()) await addLayer(gpu, own, page.count, sums[layer]!);
    },
  };
}

/**
 * @param layer hidden, from 0
 * @param threshold theta of the bit, where it is not the activation's own
 */
export async function bindBits(
  { gpu, networks, page, forward }: PageRide,
  layer: number,
  { chunks: chunk, bits, blocks, counts }: Allocated<ReturnType<typeof layerBitsLayout>>,
  class_bits: DeviceArray<"u32", 2>,
  threshold: number | undefined,
): Promise<BitKernels> {
  const units = networks.shape[layer]!.units;
  const words = Math.ceil(page.count / WORD);
  const size = { slab_rows: forward.rows, unit_lanes: lanesOf(units), units, words, classes: page.classes };
  const packBits = await createPackBits(gpu, activationAfter(networks, layer), threshold);
  const countOnes = await createCountOnes(gpu);
  const parts = forward.chunks.map((part) => ({ ...part, ...size }));
  writeUniforms(gpu, histogram, chunk, parts);
  return {
    units,
    packBits: packBits.bind({ chunk, activations: forward.outputs[layer]!, bits, blocks }),
    countOnes: countOnes.bind({ chunk, bits, class_bits, counts }),
  };
}

async function addLayer(
  gpu: GpuContext,
  { blocks, counts }: LayerBits,
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

/**
 * A pass of its own.
 * @param rows samples of a chunk, a multiple of WORD; by default as many as fit. It never changes a result, nor do pages.
 * @param threshold theta of the bit, where it is not the activation's own
 * @returns per network, per hidden layer
 */
export async function countNeurons(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  rows?: number,
  threshold?: number,
): Promise<GatheredLayer[][]> {
  const bits = createBitsCollector(networks, split, threshold);
  await ride({ gpu, networks, split, rows }, "count neurons", [bits]);
  return bits.gathered();
}
