/** Exact class-conditional histograms of every hidden neuron's output, at more than two levels. */
import type { LevelCounts } from "../core/neuron-counts.ts";
import { levelsOf, type Quantization } from "../core/quantization.ts";
import type { GpuContext } from "./context.ts";
import { allocate, type DeviceArray, read, upload } from "./device-array.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { DevicePages, DeviceSplit } from "./device-split.ts";
import type { ForwardPass } from "./forward-pass.ts";
import { createCountLevels } from "./kernels/levels.ts";
import { levelEdges } from "./level-edges.ts";
import { createLevelPass, type LayerKernel, runLevelPass, uploadLevelChunks } from "./level-pass.ts";
import { addTo } from "./page-sums.ts";

/**
 * Two passes over the split: where the levels part, then the counts.
 * @param rows samples of a chunk; by default as many as fit. It never changes a result, nor do pages.
 * @returns per network, per hidden layer.
 */
export async function countLevels(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  quantization: Quantization,
  rows?: number,
): Promise<LevelCounts[][]> {
  const levels = levelsOf(quantization);
  const edges = await levelEdges(gpu, networks, split, quantization, rows);
  const counts = edges.map((own) => new Uint32Array((own.length / (levels - 1)) * levels * split.classes));
  await split.eachPage((page) => countPage(gpu, networks, page, edges, levels, counts, rows));
  const columns = edges.map((own, layer) => divided(own, counts[layer]!, levels, networks.count));
  return Array.from({ length: networks.count }, (_, network) => columns.map((column) => column[network]!));
}

interface LayerCounter extends LayerKernel {
  readonly counts: DeviceArray<"u32", 4>;
  readonly owned: readonly { destroy(): void }[];
}

/**
 * Adds one page to the counts.
 * @param edges per hidden layer: [networks, units, levels - 1]
 * @param counts per hidden layer: [networks, units, levels, classes]
 */
async function countPage(
  gpu: GpuContext,
  networks: DeviceNetworks,
  page: DeviceSplit,
  edges: readonly Float32Array[],
  levels: number,
  counts: readonly Uint32Array[],
  rows: number | undefined,
): Promise<void> {
  using forward = await createLevelPass(gpu, networks, page, rows);
  const layers: LayerCounter[] = [];
  try {
    for (const [layer, own] of edges.entries()) {
      layers.push(await createCounter(gpu, networks, page, forward, layer, own, levels));
    }
    await runLevelPass(gpu, networks, forward, "count levels", layers);
    for (const [layer, { counts: own }] of layers.entries()) addTo(counts[layer]!, await read(gpu, own));
  } finally {
    for (const { owned } of layers) for (const one of owned) one.destroy();
  }
}

async function createCounter(
  gpu: GpuContext,
  networks: DeviceNetworks,
  { labels, classes }: DeviceSplit,
  forward: ForwardPass,
  layer: number,
  own: Float32Array,
  levels: number,
): Promise<LayerCounter> {
  const units = networks.widths[layer + 1]!;
  const chunk = uploadLevelChunks(gpu, forward, { units, levels, classes });
  const edges = upload(gpu, `layer ${layer} edges`, "f32", [networks.count, units, levels - 1], own);
  const counts = allocate(gpu, `layer ${layer} histograms`, "u32", [networks.count, units, levels, classes]);
  const activations = forward.outputs[layer]!;
  const kernel = (await createCountLevels(gpu)).bind({ chunk, activations, labels, edges, counts });
  return { units, kernel, counts, owned: [chunk, edges, counts] };
}

/** Per network. */
function divided(edges: Float32Array, counts: Uint32Array, levels: number, networks: number): LevelCounts[] {
  const [edgesEach, countsEach] = [edges.length / networks, counts.length / networks];
  return Array.from({ length: networks }, (_, network) => ({
    levels,
    edges: edges.slice(network * edgesEach, (network + 1) * edgesEach),
    counts: counts.slice(network * countsEach, (network + 1) * countsEach),
  }));
}
