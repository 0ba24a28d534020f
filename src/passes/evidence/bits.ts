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

/** What packing the bits of a layer takes for one page of so many words. */
export function packingLayout(units: number, networks: number, words: number, chunks: number) {
  return {
    bits: u32(networks, units, words),
    blocks: f32x2(networks, units, words),
    chunks: uniforms(histogram, "Chunk", chunks),
  };
}

/** What a bits collector takes for one page of `samples` samples. */
export function bitsLayout(shape: NetworkShape, networks: number, samples: number, chunks: number) {
  const words = Math.ceil(samples / WORD);
  const classes = classesOf(shape);
  const layer = hiddenUnits(shape).map((units) => ({
    ...packingLayout(units, networks, words, chunks),
    counts: u32(networks, units, classes),
  }));
  const read = { layer: layer.map(({ blocks, counts }) => ({ blocks, counts })) };
  return { arrays: { classBits: u32(classes, words), layer }, read };
}

type BitsArrays = Allocated<ReturnType<typeof bitsLayout>["arrays"]>;

interface LayerBits {
  /** Neurons of the layer in one network. */
  readonly units: number;
  readonly packBits: BoundKernel;
  readonly countOnes: BoundKernel;
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
  for (const layer of sums.keys()) layers.push(await createLayer(pass, layer, arrays, threshold));
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

/** Packs the bits of hidden layer `layer`, from 0: a dispatch a chunk. @param threshold where it is not the activation's own */
export async function bindPacking(
  { gpu, networks, page, forward }: PageRide,
  layer: number,
  { chunks: chunk, bits, blocks }: Allocated<ReturnType<typeof packingLayout>>,
  threshold: number | undefined,
): Promise<BoundKernel> {
  const units = networks.shape[layer]!.units;
  const words = Math.ceil(page.count / WORD);
  const size = { slab_rows: forward.rows, unit_lanes: lanesOf(units), units, words, classes: page.classes };
  const packBits = await createPackBits(gpu, activationAfter(networks, layer), threshold);
  const parts = forward.chunks.map((part) => ({ ...part, ...size }));
  writeUniforms(gpu, histogram, chunk, parts);
  return packBits.bind({ chunk, activations: forward.outputs[layer]!, bits, blocks });
}

async function createLayer(
  pass: PageRide,
  layer: number,
  { classBits: class_bits, layer: layers }: BitsArrays,
  threshold: number | undefined,
): Promise<LayerBits> {
  const packBits = await bindPacking(pass, layer, layers[layer]!, threshold);
  const countOnes = await createCountOnes(pass.gpu);
  const { chunks: chunk, bits, blocks, counts } = layers[layer]!;
  const units = pass.networks.shape[layer]!.units;
  return { units, packBits, countOnes: countOnes.bind({ chunk, bits, class_bits, counts }), blocks, counts };
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
