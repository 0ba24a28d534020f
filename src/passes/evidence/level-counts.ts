/** Exact class-conditional histograms of every hidden neuron's output, at more than two levels. */
import type { LevelCounts } from "../../core/evidence.ts";
import { classesOf, hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { levelsOf, type Quantization } from "../../core/quantization.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { read, write } from "../../gpu/device/device-array.ts";
import { f32, u32, uniforms } from "../../gpu/device/layout.ts";
import { levels as shader } from "../../gpu/generated/shaders.ts";
import { createCountLevels } from "../../gpu/kernels/levels.ts";
import type { DeviceNetworks } from "../device-networks.ts";
import type { DevicePages } from "../device-split.ts";
import { addTo } from "../page-sums.ts";
import { boardLayers, writeLevelChunks } from "./layer-kernels.ts";
import { createExtremesCollector, type ExtremesCollector, needsExtremes, quantileEdges } from "./level-edges.ts";
import { type Collector, ride, type SplitPass } from "./ride.ts";

/** What a levels collector takes for one page. */
export function levelsLayout(shape: NetworkShape, networks: number, levels: number, chunks: number) {
  const layer = hiddenUnits(shape).map((units) => ({
    edges: f32(networks, units, levels - 1),
    histograms: u32(networks, units, levels, classesOf(shape)),
    chunks: uniforms(shader, "Chunk", chunks),
  }));
  return { arrays: { layer }, read: { layer: layer.map(({ histograms }) => ({ histograms })) } };
}

interface LevelsCollector extends Collector {
  /** [networks][hidden layers] */
  gathered(): LevelCounts[][];
}

/** @param edges per hidden layer: [networks, units, levels - 1] */
function createLevelsCollector(
  { count, shape }: DeviceNetworks,
  classes: number,
  edges: readonly Float32Array[],
  levels: number,
): LevelsCollector {
  const sums = edges.map((own) => new Uint32Array((own.length / (levels - 1)) * levels * classes));
  return {
    board(pass, own) {
      const { gpu, page, forward } = pass;
      const arrays = own.allocate(levelsLayout(shape, count, levels, forward.chunks.length).arrays);
      return boardLayers(pass, edges.length, async (layer) => {
        const units = shape[layer]!.units;
        const countLevels = await createCountLevels(gpu);
        const { chunks: chunk, edges: parting, histograms: counts } = arrays.layer[layer]!;
        writeLevelChunks(gpu, chunk, forward, { units, levels, classes });
        write(gpu, parting, edges[layer]!);
        const activations = forward.outputs[layer]!;
        return {
          units,
          kernel: countLevels.bind({ chunk, activations, labels: page.labels, edges: parting, counts }),
          collect: async () => addTo(sums[layer]!, await read(gpu, counts)),
        };
      });
    },
    gathered: () =>
      Array.from({ length: count }, (_, network) =>
        sums.map((counts, layer): LevelCounts => {
          const units = shape[layer]!.units;
          const edgesEach = units * (levels - 1);
          const own = counts.subarray(network * units * levels * classes, (network + 1) * units * levels * classes);
          return {
            levels,
            edges: edges[layer]!.slice(network * edgesEach, (network + 1) * edgesEach),
            counts: aboveLowest(own, levels * classes, classes),
          };
        }),
      ),
  };
}

/** Each neuron's cells but those of its lowest level. */
function aboveLowest(counts: Uint32Array, cells: number, classes: number): Uint32Array {
  const neurons = counts.length / cells;
  const above = new Uint32Array(neurons * (cells - classes));
  for (let neuron = 0; neuron < neurons; neuron++) {
    above.set(counts.subarray(neuron * cells + classes, (neuron + 1) * cells), neuron * (cells - classes));
  }
  return above;
}

/**
 * A pass that counts levels, once it is known where they part.
 * @param extremes gathered by a pass before, where the bins need them
 * @returns per network, per hidden layer
 */
export async function countLevelsWithin(
  pass: SplitPass,
  quantization: Quantization,
  extremes: ExtremesCollector,
): Promise<LevelCounts[][]> {
  const { gpu, networks, split, rows } = pass;
  const levels = levelsOf(quantization);
  const edges = needsExtremes(quantization.bins)
    ? extremes.edges(levels)
    : await quantileEdges(gpu, networks, split, levels, rows);
  const counts = createLevelsCollector(networks, split.classes, edges, levels);
  await ride(pass, "count levels", [counts]);
  return counts.gathered();
}

/**
 * Two passes of its own: where the levels part, then the counts.
 * @param rows samples of a chunk; by default as many as fit. It never changes a result, nor do pages.
 * @returns per network, per hidden layer
 */
export async function countLevels(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  quantization: Quantization,
  rows?: number,
): Promise<LevelCounts[][]> {
  const pass: SplitPass = { gpu, networks, split, rows };
  const extremes = createExtremesCollector(networks);
  if (needsExtremes(quantization.bins)) await ride(pass, "find extremes", [extremes]);
  return countLevelsWithin(pass, quantization, extremes);
}
