/** The quantised output of every hidden neuron for every sample, on the host: what joint states of several neurons are made of. */
import { quantizationThresholds } from "../../core/activation.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { read } from "../../gpu/device/device-array.ts";
import { submit } from "../../gpu/device/recorder.ts";
import { activationAfter, type DeviceNetworks } from "../device-networks.ts";
import type { DevicePages } from "../device-split.ts";
import { createForwardPass } from "../forward-pass.ts";
import { readingRows } from "./level-edges.ts";

/** Where levels part: edges `[units, levels - 1]` of each hidden layer, or theta of the bit, where it is not the activation's own. */
interface LevelEdges {
  readonly edges?: readonly Float32Array[];
  readonly threshold?: number | undefined;
}

/** As the device compares: float32 on both sides. */
function edgesOf(networks: DeviceNetworks, units: readonly number[], { edges, threshold }: LevelEdges): Float32Array[] {
  if (edges !== undefined) return [...edges];
  return units.map((count, layer) => {
    return new Float32Array(count).fill(threshold ?? quantizationThresholds[activationAfter(networks, layer).kind]);
  });
}

/**
 * A pass of its own.
 * @param networks one network
 * @returns per hidden layer: [units][samples] levels
 * @throws RunError with what the device reported
 */
export async function readLevels(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  at: LevelEdges,
): Promise<Uint8Array[][]> {
  const units = hiddenUnits(networks.shape);
  const all = edgesOf(networks, units, at);
  const levels = units.map((count) => Array.from({ length: count }, () => new Uint8Array(split.count)));
  let before = 0;
  await split.eachPage(async (page) => {
    const rows = readingRows(gpu, page.count, networks.count, networks.shape);
    using pass = await createForwardPass(gpu, networks, page, { rows, depth: units.length });
    for (const [index, chunk] of pass.chunks.entries()) {
      submit(gpu, "read outputs", (to) => pass.encode(to, index));
      for (const [layer, own] of levels.entries()) {
        const outputs = pass.outputs[layer]!;
        const first = before + chunk.first;
        quantize(await read(gpu, outputs), own, {
          edges: all[layer]!,
          lanes: outputs.shape[2]!,
          first,
          count: chunk.count,
        });
      }
    }
    before += page.count;
  });
  return levels;
}

interface Slab {
  /** `[units, levels - 1]` */
  readonly edges: Float32Array;
  /** Of a row of outputs. */
  readonly lanes: number;
  /** Samples. */
  readonly first: number;
  readonly count: number;
}

/** @param outputs [samples, lanes] */
function quantize(outputs: Float32Array, levels: readonly Uint8Array[], { edges, lanes, first, count }: Slab): void {
  const upper = edges.length / levels.length;
  for (const [unit, own] of levels.entries()) {
    for (let sample = 0; sample < count; sample++) {
      const output = outputs[sample * lanes + unit]!;
      let level = 0;
      while (level < upper && output > edges[unit * upper + level]!) level++;
      own[first + sample] = level;
    }
  }
}
