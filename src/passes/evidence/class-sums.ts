/** Sums of every hidden neuron's outputs, of their squares and of their sizes, class by class. */
import type { ClassSums } from "../../core/evidence.ts";
import { classesOf, hiddenUnits } from "../../core/layers/network-shape.ts";
import { type DeviceArray, read, write } from "../../gpu/device/device-array.ts";
import type { BoundKernel } from "../../gpu/device/kernel.ts";
import { f32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { classSums as shader } from "../../gpu/generated/shaders.ts";
import { createAddSums, createNoteOrigins, noteOriginsGrid } from "../../gpu/kernels/class-sums.ts";
import { type SumChunk, sumBlockGrid } from "../../gpu/kernels/sum-block.ts";
import type { DeviceNetworks } from "../device-networks.ts";
import { chunksOf, type PassSize } from "../forward-pass.ts";
import { BlockSums, pagePlace, sumChunks } from "./block-sums.ts";
import type { Collector, PageRide, Rider } from "./ride.ts";

/** Floats of a cell, a neuron's sums over a class: of deviations, squares and sizes, and one that stays 0. */
const CELL = 4;

/** What a collector of class sums takes for one page. @param blocks at most, where the page's place is not known */
export function classSumsLayout({ shape, networks, samples, rows }: PassSize, blocks: number) {
  const chunks = chunksOf(samples, rows).length;
  const layer = hiddenUnits(shape).map((units) => ({
    origins: f32(networks, units),
    sums: f32(networks, units, blocks, CELL * classesOf(shape)),
    chunks: uniforms(shader, "Chunk", chunks),
  }));
  return { arrays: { layer }, read: { layer: layer.map(({ origins, sums }) => ({ origins, sums })) } };
}

type LayerArrays = Allocated<ReturnType<typeof classSumsLayout>["arrays"]>["layer"][number];

/** What is known of one hidden layer over all networks. */
interface LayerSums {
  readonly units: number;
  /** [networks, units]; known once the first page was read. */
  origins: Float32Array | undefined;
  /** A cell for each class. */
  readonly sums: BlockSums;
}

interface ClassSumsCollector extends Collector {
  /** [networks][hidden layers] */
  gathered(): ClassSums[][];
}

export function createClassSumsCollector({ count, shape }: DeviceNetworks, classes: number): ClassSumsCollector {
  const layers = hiddenUnits(shape).map((units): LayerSums => {
    return { units, origins: undefined, sums: new BlockSums(count * units, CELL * classes) };
  });
  return {
    board: (pass, own) => board(pass, own, layers),
    gathered: () => Array.from({ length: count }, (_, network) => layers.map((layer) => classSumsOf(layer, network))),
  };
}

function classSumsOf({ units, origins, sums }: LayerSums, network: number): ClassSums {
  const first = network * units;
  const column = (part: number) => sums.column(first, units, part, CELL);
  return {
    origins: origins!.slice(first, first + units),
    deviations: column(0),
    squares: column(1),
    magnitudes: column(2),
  };
}

interface LayerKernels {
  readonly chunks: readonly SumChunk[];
  /** Absent where the origins are known. */
  readonly noteOrigins: BoundKernel | undefined;
  readonly addSums: BoundKernel;
  readonly origins: DeviceArray<"f32", 2>;
  /** [networks, units, blocks, cells]. */
  readonly sums: DeviceArray<"f32", 4>;
}

async function board(pass: PageRide, own: Owned, sums: readonly LayerSums[]): Promise<Rider> {
  const { networks, page, forward } = pass;
  const place = pagePlace(pass);
  const size = { shape: networks.shape, networks: networks.count, samples: page.count, rows: forward.rows };
  const { arrays } = classSumsLayout(size, place.blocks);
  const layers: LayerKernels[] = [];
  for (const [layer, onDevice] of own.allocate(arrays).layer.entries()) {
    layers.push(await createLayer(pass, layer, onDevice, sums[layer]!));
  }
  return {
    encode(to, chunk) {
      for (const { noteOrigins, addSums, chunks } of layers) {
        const { units } = chunks[chunk]!;
        if (chunk === 0) noteOrigins?.encode(to, noteOriginsGrid(units, networks.count), 0);
        addSums.encode(to, sumBlockGrid(chunks[chunk]!, networks.count), chunk);
      }
    },
    async collect() {
      for (const [layer, kernels] of layers.entries()) {
        const own = sums[layer]!;
        own.origins ??= await read(pass.gpu, kernels.origins);
        await own.sums.add(pass.gpu, kernels.sums, place);
      }
    },
  };
}

async function createLayer(
  pass: PageRide,
  layer: number,
  { origins, sums, chunks: chunk }: LayerArrays,
  { units, origins: known, sums: before }: LayerSums,
): Promise<LayerKernels> {
  const { gpu, page, forward } = pass;
  const chunks = sumChunks(pass, units, page.classes);
  const noteOrigins = known === undefined ? await createNoteOrigins(gpu) : undefined;
  const addSums = await createAddSums(gpu);
  writeUniforms(gpu, shader, chunk, chunks);
  if (known !== undefined) write(gpu, origins, known);
  before.begin(gpu, sums, pagePlace(pass));
  const activations = forward.outputs[layer]!;
  return {
    chunks,
    noteOrigins: noteOrigins?.bind({ chunk, activations, noted: origins }),
    addSums: addSums.bind({ chunk, activations, origins, labels: page.labels, sums }),
    origins,
    sums,
  };
}
