/** Exact class-conditional histograms of every hidden neuron's output, at more than two levels. */
import type { LevelCounts } from "../../core/evidence.ts";
import type { Widths } from "../../core/network.ts";
import { levelsOf, type Quantization } from "../../core/quantization.ts";
import type { GpuContext } from "../context.ts";
import { allocate, read, upload } from "../device-array.ts";
import type { DeviceNetworks } from "../device-networks.ts";
import type { DevicePages } from "../device-split.ts";
import { createCountLevels } from "../kernels/levels.ts";
import { addTo } from "../page-sums.ts";
import { largestOf, type PlanBasis, scalarArray, uniformArray } from "../plan-basis.ts";
import { boardLayers, uploadLevelChunks } from "./layer-kernels.ts";
import { createExtremesCollector, needsExtremes, quantileEdges } from "./level-edges.ts";
import { type Collector, ride } from "./ride.ts";

/** What a levels collector takes for one page, with the largest copy that is read back. */
export function levelArrays(basis: PlanBasis, widths: Widths, networks: number, levels: number, chunks: number) {
  const hidden = widths.slice(1, -1);
  const histograms = hidden.map((units, layer) =>
    scalarArray(`layer ${layer} histograms`, networks, units, levels, widths.at(-1)!),
  );
  const edges = hidden.map((units, layer) => scalarArray(`layer ${layer} edges`, networks, units, levels - 1));
  const uniforms = hidden.map((_, layer) => uniformArray(basis, `layer ${layer} chunks`, chunks));
  return { arrays: [...edges, ...histograms, ...uniforms], read: largestOf(histograms) };
}

export interface LevelsCollector extends Collector {
  /** [networks][hidden layers] */
  gathered(): LevelCounts[][];
}

/** @param edges per hidden layer: [networks, units, levels - 1] */
export function createLevelsCollector(
  { count, widths }: DeviceNetworks,
  classes: number,
  edges: readonly Float32Array[],
  levels: number,
): LevelsCollector {
  const sums = edges.map((own) => new Uint32Array((own.length / (levels - 1)) * levels * classes));
  return {
    board: (pass) =>
      boardLayers(pass, edges.length, async (layer) => {
        const { gpu, networks, page, forward } = pass;
        const units = widths[layer + 1]!;
        const countLevels = await createCountLevels(gpu);
        const chunk = uploadLevelChunks(gpu, forward, { units, levels, classes });
        const own = upload(gpu, `layer ${layer} edges`, "f32", [networks.count, units, levels - 1], edges[layer]!);
        const counts = allocate(gpu, `layer ${layer} histograms`, "u32", [networks.count, units, levels, classes]);
        const activations = forward.outputs[layer]!;
        return {
          units,
          kernel: countLevels.bind({ chunk, activations, labels: page.labels, edges: own, counts }),
          owned: [chunk, own, counts],
          collect: async () => addTo(sums[layer]!, await read(gpu, counts)),
        };
      }),
    gathered: () =>
      Array.from({ length: count }, (_, network) =>
        sums.map((counts, layer): LevelCounts => {
          const units = widths[layer + 1]!;
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
  const levels = levelsOf(quantization);
  const pass = { gpu, networks, split, rows };
  const extremes = createExtremesCollector(networks);
  const ranged = needsExtremes(quantization.bins);
  if (ranged) await ride(pass, "find extremes", [extremes]);
  const edges = ranged ? extremes.edges(levels) : await quantileEdges(gpu, networks, split, levels, rows);
  const counts = createLevelsCollector(networks, split.classes, edges, levels);
  await ride(pass, "count levels", [counts]);
  return counts.gathered();
}
