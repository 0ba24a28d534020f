/** Exact class-conditional counts of every hidden neuron's bit, and its mean activation. */
import type { GatheredLayer } from "../../core/evidence.ts";
import type { Widths } from "../../core/network.ts";
import type { GpuContext } from "../context.ts";
import { allocate, type DeviceArray, read, upload } from "../device-array.ts";
import { activationAfter, type DeviceNetworks } from "../device-networks.ts";
import { classBits, type DevicePages } from "../device-split.ts";
import { histogram } from "../generated/shaders.ts";
import type { BoundKernel } from "../kernel.ts";
import { countOnesGrid, createCountOnes, createPackBits, packBitsGrid, WORD } from "../kernels/histogram.ts";
import { lanesOf } from "../packing.ts";
import { addTo } from "../page-sums.ts";
import { largestOf, type PlanBasis, scalarArray, uniformArray } from "../plan-basis.ts";
import { uploadUniforms } from "../uniforms.ts";
import { type Collector, type PageRide, type Rider, type RiderArrays, ride } from "./ride.ts";

/** What a bits collector takes for one page of `samples` samples, with the largest copy that is read back. */
export function bitsArrays(
  basis: PlanBasis,
  widths: Widths,
  networks: number,
  samples: number,
  chunks: number,
): RiderArrays {
  const words = Math.ceil(samples / WORD);
  const classes = widths.at(-1)!;
  const hidden = widths.slice(1, -1);
  const read = hidden.flatMap((units, layer) => [
    scalarArray(`layer ${layer} blocks`, networks, units, words, 2),
    scalarArray(`layer ${layer} counts`, networks, units, classes),
  ]);
  return {
    arrays: [
      scalarArray("class bits", classes, words),
      ...hidden.map((units, layer) => scalarArray(`layer ${layer} bits`, networks, units, words)),
      ...read,
      ...hidden.map((_, layer) => uniformArray(basis, `layer ${layer} chunks`, chunks)),
    ],
    read: largestOf(read),
  };
}

interface LayerBits {
  /** Neurons of the layer in one network. */
  readonly units: number;
  readonly packBits: BoundKernel;
  readonly countOnes: BoundKernel;
  /** Pairs: [networks, units, words] */
  readonly blocks: DeviceArray<"f32", 3>;
  readonly counts: DeviceArray<"u32", 3>;
  readonly owned: readonly { destroy(): void }[];
}

/** Sums over pages, of one hidden layer over all networks. */
interface LayerSums {
  readonly units: number;
  /** [networks, units, classes] */
  readonly ones: Uint32Array;
  /** [networks, units]: sums of activations. */
  readonly activations: Float64Array;
}

export interface BitsCollector extends Collector {
  /** [networks][hidden layers]: a bit's counts, and means. */
  gathered(): GatheredLayer[][];
}

/**
 * @param samples of all pages
 * @param threshold theta of the bit, where it is not the activation's own
 */
export function createBitsCollector(
  { count, widths }: DeviceNetworks,
  { classes, count: samples }: Pick<DevicePages, "classes" | "count">,
  threshold?: number,
): BitsCollector {
  const sums = widths.slice(1, -1).map((units): LayerSums => {
    const neurons = count * units;
    return { units, ones: new Uint32Array(neurons * classes), activations: new Float64Array(neurons) };
  });
  return {
    board: (pass) => board(pass, sums, threshold),
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

async function board(pass: PageRide, sums: readonly LayerSums[], threshold: number | undefined): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const words = Math.ceil(page.count / WORD);
  const bits = upload(gpu, "class bits", "u32", [page.classes, words], classBits(page.host.labels, page.classes));
  const layers: LayerBits[] = [];
  const dispose = () => {
    bits.destroy();
    for (const { owned } of layers) for (const one of owned) one.destroy();
  };
  try {
    for (const layer of sums.keys()) layers.push(await createLayer(pass, layer, bits, threshold));
  } catch (error) {
    dispose();
    throw error;
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
    [Symbol.dispose]: dispose,
  };
}

async function createLayer(
  { gpu, networks, page, forward }: PageRide,
  layer: number,
  classBitsArray: DeviceArray<"u32", 2>,
  threshold: number | undefined,
): Promise<LayerBits> {
  const units = networks.widths[layer + 1]!;
  const words = Math.ceil(page.count / WORD);
  const size = { slab_rows: forward.rows, unit_lanes: lanesOf(units), units, words, classes: page.classes };
  const packBits = await createPackBits(gpu, activationAfter(networks, layer), threshold);
  const countOnes = await createCountOnes(gpu);
  const parts = forward.chunks.map((part) => ({ ...part, ...size }));
  const chunk = uploadUniforms(gpu, histogram, "Chunk", parts);
  const bits = allocate(gpu, `layer ${layer} bits`, "u32", [networks.count, units, words]);
  // A vec2 binding: two floats an element.
  const blocks = allocate(gpu, `layer ${layer} blocks`, "f32", [networks.count, units, words], 8);
  const counts = allocate(gpu, `layer ${layer} counts`, "u32", [networks.count, units, page.classes]);
  return {
    units,
    packBits: packBits.bind({ chunk, activations: forward.outputs[layer]!, bits, blocks }),
    countOnes: countOnes.bind({ chunk, bits, class_bits: classBitsArray, counts }),
    blocks,
    counts,
    owned: [chunk, bits, blocks, counts],
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
