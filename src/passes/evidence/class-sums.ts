/** Sums of every hidden neuron's outputs, of their squares and of their sizes, class by class. */
import type { ClassSums } from "../../core/evidence.ts";
import type { Widths } from "../../core/network.ts";
import { type DeviceArray, read, write } from "../../gpu/device/device-array.ts";
import type { BoundKernel } from "../../gpu/device/kernel.ts";
import { f32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { lanesOf } from "../../gpu/device/packing.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { classSums as shader } from "../../gpu/generated/shaders.ts";
import {
  addSumsGrid,
  type ClassSumsChunk,
  createAddSums,
  createNoteOrigins,
  noteOriginsGrid,
  SUM_BLOCK,
} from "../../gpu/kernels/class-sums.ts";
import type { DeviceNetworks } from "../device-networks.ts";
import type { Collector, PageRide, Rider } from "./ride.ts";

/** Floats of a cell, a neuron's sums over a class: of deviations, squares and sizes, and one that stays 0. */
const CELL = 4;

/** Blocks that samples are in, of which the first may have been begun by the page before. */
export function sumBlocks(begun: number, samples: number): number {
  return Math.ceil((begun + samples) / SUM_BLOCK);
}

/** What a collector of class sums takes for one page. @param blocks at most, where the page's place is not known */
export function classSumsLayout(widths: Widths, networks: number, blocks: number, chunks: number) {
  const layer = widths.slice(1, -1).map((units) => ({
    origins: f32(networks, units),
    sums: f32(networks, units, blocks, CELL * widths.at(-1)!),
    chunks: uniforms(shader, "Chunk", chunks),
  }));
  return { arrays: { layer }, read: { layer: layer.map(({ origins, sums }) => ({ origins, sums })) } };
}

type LayerArrays = Allocated<ReturnType<typeof classSumsLayout>["arrays"]>["layer"][number];

/** Sums over pages, of one hidden layer over all networks. */
interface LayerSums {
  readonly units: number;
  /** [networks, units]; known once the first page was read. */
  origins: Float32Array | undefined;
  /** [networks, units, classes, CELL]: whole blocks. */
  readonly blocks: Float64Array;
  /** [networks, units, classes, CELL]: the block that the next page goes on with. */
  readonly begun: Float32Array;
}

export interface ClassSumsCollector extends Collector {
  /** [networks][hidden layers] */
  gathered(): ClassSums[][];
}

export function createClassSumsCollector({ count, widths }: DeviceNetworks, classes: number): ClassSumsCollector {
  const sums = widths.slice(1, -1).map((units): LayerSums => {
    const floats = CELL * count * units * classes;
    return { units, origins: undefined, blocks: new Float64Array(floats), begun: new Float32Array(floats) };
  });
  let seen = 0;
  return {
    async board(pass, own) {
      const rider = await board(pass, own, sums, seen % SUM_BLOCK);
      seen += pass.page.count;
      return rider;
    },
    gathered: () =>
      Array.from({ length: count }, (_, network) => sums.map((layer) => classSumsOf(layer, network, classes))),
  };
}

function classSumsOf({ units, origins, blocks, begun }: LayerSums, network: number, classes: number): ClassSums {
  const each = units * classes;
  const first = network * each;
  const column = (part: number) =>
    Float64Array.from({ length: each }, (_, cell) => {
      const slot = CELL * (first + cell) + part;
      return blocks[slot]! + begun[slot]!;
    });
  return {
    origins: origins!.slice(network * units, (network + 1) * units),
    deviations: column(0),
    squares: column(1),
    magnitudes: column(2),
  };
}

interface LayerKernels {
  readonly chunks: readonly ClassSumsChunk[];
  /** Absent where the origins are known. */
  readonly noteOrigins: BoundKernel | undefined;
  readonly addSums: BoundKernel;
  readonly origins: DeviceArray<"f32", 2>;
  /** [networks, units, blocks, cells]. */
  readonly sums: DeviceArray<"f32", 4>;
}

async function board(pass: PageRide, own: Owned, sums: readonly LayerSums[], offset: number): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const blocks = sumBlocks(offset, page.count);
  const { arrays } = classSumsLayout(networks.widths, networks.count, blocks, forward.chunks.length);
  const layers: LayerKernels[] = [];
  for (const [layer, onDevice] of own.allocate(arrays).layer.entries()) {
    layers.push(await createLayer(pass, layer, onDevice, sums[layer]!, offset));
  }
  return {
    encode(to, chunk) {
      for (const { noteOrigins, addSums, chunks } of layers) {
        const { units } = chunks[chunk]!;
        if (chunk === 0) noteOrigins?.encode(to, noteOriginsGrid(units, networks.count), 0);
        addSums.encode(to, addSumsGrid(units, chunks[chunk]!, networks.count), chunk);
      }
    },
    async collect() {
      for (const [layer, kernels] of layers.entries()) {
        const own = sums[layer]!;
        own.origins ??= await read(gpu, kernels.origins);
        addBlocks(own, await read(gpu, kernels.sums), page.classes, (offset + page.count) % SUM_BLOCK === 0);
      }
    },
  };
}

async function createLayer(
  { gpu, page, forward }: PageRide,
  layer: number,
  { origins, sums, chunks: chunk }: LayerArrays,
  { units, origins: known, begun }: LayerSums,
  offset: number,
): Promise<LayerKernels> {
  const { classes } = page;
  const blocks = sumBlocks(offset, page.count);
  const size = { slab_rows: forward.rows, unit_lanes: lanesOf(units), units, classes, blocks, offset };
  const chunks = forward.chunks.map((part): ClassSumsChunk => ({ ...part, ...size }));
  const noteOrigins = known === undefined ? await createNoteOrigins(gpu) : undefined;
  const addSums = await createAddSums(gpu);
  writeUniforms(gpu, shader, chunk, chunks);
  if (known !== undefined) write(gpu, origins, known);
  if (offset > 0) write(gpu, sums, beginning(begun, blocks, CELL * classes));
  const activations = forward.outputs[layer]!;
  return {
    chunks,
    noteOrigins: noteOrigins?.bind({ chunk, activations, noted: origins }),
    addSums: addSums.bind({ chunk, activations, origins, labels: page.labels, sums }),
    origins,
    sums,
  };
}

/** [neurons, blocks, floats]: what the page before began in the first block, zeros behind it. */
function beginning(begun: Float32Array, blocks: number, floats: number): Float32Array {
  const sums = new Float32Array(begun.length * blocks);
  for (let neuron = 0; neuron * floats < begun.length; neuron++) {
    sums.set(begun.subarray(neuron * floats, (neuron + 1) * floats), neuron * blocks * floats);
  }
  return sums;
}

/** Adds whole blocks in float64, in their order, and keeps the last for the next page unless it is whole. */
function addBlocks(
  { blocks: total, begun }: LayerSums,
  sums: Float32Array,
  classes: number,
  lastIsWhole: boolean,
): void {
  const floats = CELL * classes;
  const blocks = sums.length / total.length;
  const whole = lastIsWhole ? blocks : blocks - 1;
  for (let slot = 0; slot < total.length; slot++) {
    const neuron = Math.floor(slot / floats);
    const first = neuron * blocks * floats + (slot % floats);
    for (let block = 0; block < whole; block++) total[slot]! += sums[first + block * floats]!;
    begun[slot] = lastIsWhole ? 0 : sums[first + whole * floats]!;
  }
}
