/** Exact class-conditional histograms of every hidden neuron's output, at more than two levels. */
import type { LevelCounts } from "../core/neuron-counts.ts";
import { levelsOf, type Quantization } from "../core/quantization.ts";
import type { GpuContext } from "./context.ts";
import { allocate, type DeviceArray, read } from "./device-array.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { DeviceSplit } from "./device-split.ts";
import { createForwardPass, type ForwardPass, forwardOperations, rowsPerChunk } from "./forward-pass.ts";
import { levels as shader } from "./generated/shaders.ts";
import type { BoundKernel } from "./kernel.ts";
import { createCountLevels, createFindExtremes, levelsGrid } from "./kernels/levels.ts";
import { frequencyEdges, needsExtremes, widthEdges } from "./level-edges.ts";
import { Pacer } from "./pacing.ts";
import { lanesOf } from "./packing.ts";
import type { PlanBasis } from "./plan-basis.ts";
import { uploadUniforms } from "./uniforms.ts";

interface LayerHistograms {
  readonly layer: number;
  readonly units: number;
  readonly findExtremes?: BoundKernel;
  readonly countLevels: BoundKernel;
  readonly extremes?: DeviceArray<"u32", 3>;
  readonly edges: DeviceArray<"f32", 3>;
  readonly counts: DeviceArray<"u32", 4>;
  readonly owned: readonly { destroy(): void }[];
}

/** Samples of a chunk: with half of the memory of other passes, as a layer's outputs may be read back besides. */
export function levelRows(basis: PlanBasis, samples: number, networks: number, widths: readonly number[]): number {
  const { device, memoryBytes, pace } = basis;
  return rowsPerChunk({ device, memoryBytes: memoryBytes / 2, pace }, samples, networks, widths);
}

/**
 * @param rows samples of a chunk; by default as many as fit. It never changes a result.
 * @returns per network, per hidden layer.
 */
export async function countLevels(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  quantization: Quantization,
  rows = levelRows(gpu, split.count, networks.count, networks.widths),
): Promise<LevelCounts[][]> {
  using forward = await createForwardPass(gpu, networks, split, rows);
  const layers: LayerHistograms[] = [];
  try {
    for (let layer = 0; layer < networks.widths.length - 2; layer++) {
      layers.push(await createLayer(gpu, networks, split, forward, layer, quantization));
    }
    const edges = await findEdges(gpu, networks, forward, layers, levelsOf(quantization));
    await pacedPass(gpu, networks, forward, layers, "count levels", ({ countLevels: kernel }) => kernel);
    const columns: LevelCounts[][] = [];
    for (const [index, { counts }] of layers.entries()) {
      columns.push(divided(edges[index]!, await read(gpu, counts), levelsOf(quantization), networks.count));
    }
    return Array.from({ length: networks.count }, (_, network) => columns.map((column) => column[network]!));
  } finally {
    for (const { owned } of layers) for (const one of owned) one.destroy();
  }
}

async function createLayer(
  gpu: GpuContext,
  networks: DeviceNetworks,
  { labels, classes }: DeviceSplit,
  forward: ForwardPass,
  layer: number,
  quantization: Quantization,
): Promise<LayerHistograms> {
  const units = networks.widths[layer + 1]!;
  const levels = levelsOf(quantization);
  const size = { slab_rows: forward.rows, unit_lanes: lanesOf(units), units, levels, classes };
  const parts = forward.chunks.map((part) => ({ ...part, ...size }));
  const chunk = uploadUniforms(gpu, shader, "Chunk", parts);
  const edges = allocate(gpu, `layer ${layer} edges`, "f32", [networks.count, units, levels - 1]);
  const counts = allocate(gpu, `layer ${layer} histograms`, "u32", [networks.count, units, levels, classes]);
  const shared = { chunk, activations: forward.outputs[layer]! };
  const countLevelsKernel = (await createCountLevels(gpu)).bind({ ...shared, labels, edges, counts });
  const base = { layer, units, countLevels: countLevelsKernel, edges, counts };
  if (!needsExtremes(quantization.bins)) return { ...base, owned: [chunk, edges, counts] };
  const extremes = allocate(gpu, `layer ${layer} extremes`, "u32", [networks.count, units, 2]);
  const findExtremes = (await createFindExtremes(gpu)).bind({ ...shared, extremes });
  return { ...base, extremes, findExtremes, owned: [chunk, edges, counts, extremes] };
}

/** A forward pass in which one kernel sees the outputs of each layer, chunk by chunk. */
async function pacedPass(
  gpu: GpuContext,
  { count: jobs, widths }: DeviceNetworks,
  forward: ForwardPass,
  layers: readonly LayerHistograms[],
  label: string,
  kernelOf: (layer: LayerHistograms) => BoundKernel | undefined,
): Promise<void> {
  await new Pacer(gpu).run({
    label,
    units: forward.chunks.length,
    unitOperations: jobs * forward.rows * forwardOperations(widths),
    encode(to, first, end) {
      for (let unit = first; unit < end; unit++) {
        forward.encode(to, unit);
        const samples = forward.chunks[unit]!.count;
        for (const layer of layers) kernelOf(layer)?.encode(to, levelsGrid(layer.units, samples, jobs), unit);
      }
    },
  });
}

/** Per layer: [networks, units, levels - 1], and written to the device. */
async function findEdges(
  gpu: GpuContext,
  networks: DeviceNetworks,
  forward: ForwardPass,
  layers: readonly LayerHistograms[],
  levels: number,
): Promise<Float32Array[]> {
  if (layers.some(({ extremes }) => extremes !== undefined)) {
    await pacedPass(gpu, networks, forward, layers, "find extremes", ({ findExtremes }) => findExtremes);
  }
  const all: Float32Array[] = [];
  for (const { layer, units, extremes, edges } of layers) {
    const own =
      extremes === undefined
        ? await frequencyEdges(gpu, forward, layer, units, levels)
        : await widthEdges(gpu, extremes, levels);
    gpu.device.queue.writeBuffer(edges.buffer, 0, own as BufferSource);
    all.push(own);
  }
  return all;
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
