/** Where the levels of neurons part: by the range of their outputs, or by their quantiles. */
import { type BinRule, equalFrequencyEdges, equalWidthEdges } from "../core/quantization.ts";
import type { GpuContext } from "./context.ts";
import { type DeviceArray, read } from "./device-array.ts";
import type { ForwardPass } from "./forward-pass.ts";
import { decodeExtremes } from "./kernels/levels.ts";
import { submit } from "./recorder.ts";

/** Bytes of outputs that stand on the host at once to be sorted. */
const HOST_BYTES = 256 * 2 ** 20;

/** [neurons, levels - 1], from find_extremes' result of all neurons of a layer. */
export async function widthEdges(gpu: GpuContext, extremes: DeviceArray<"u32">, levels: number): Promise<Float32Array> {
  const range = decodeExtremes(await read(gpu, extremes));
  const edges = new Float32Array((range.length / 2) * (levels - 1));
  for (let neuron = 0; neuron < range.length / 2; neuron++) {
    edges.set(equalWidthEdges(range[2 * neuron]!, range[2 * neuron + 1]!, levels), neuron * (levels - 1));
  }
  return edges;
}

/** Outputs of some neurons of a layer over all chunks: [neurons, samples]. A neuron is (network, unit), networks first. */
async function readNeurons(
  gpu: GpuContext,
  pass: ForwardPass,
  layer: number,
  units: number,
  first: number,
  neurons: number,
  samples: number,
): Promise<Float32Array> {
  const outputs = pass.outputs[layer]!;
  const lanes = outputs.shape[2]!;
  const values = new Float32Array(neurons * samples);
  for (const [index, chunk] of pass.chunks.entries()) {
    submit(gpu, "read outputs", (to) => pass.encode(to, index));
    const slab = await read(gpu, outputs);
    for (let own = 0; own < neurons; own++) {
      const neuron = first + own;
      const base = Math.floor(neuron / units) * pass.rows * lanes + (neuron % units);
      for (let sample = 0; sample < chunk.count; sample++) {
        values[own * samples + chunk.first + sample] = slab[base + sample * lanes]!;
      }
    }
  }
  return values;
}

/** [neurons, levels - 1], from sorted outputs: exact, some neurons at a time, so that the host's memory is bounded. */
export async function frequencyEdges(
  gpu: GpuContext,
  pass: ForwardPass,
  layer: number,
  units: number,
  levels: number,
): Promise<Float32Array> {
  const neurons = pass.outputs[layer]!.shape[0]! * units;
  const samples = pass.chunks.reduce((sum, { count }) => sum + count, 0);
  const together = Math.max(1, Math.floor(HOST_BYTES / (4 * samples)));
  const edges = new Float32Array(neurons * (levels - 1));
  for (let first = 0; first < neurons; first += together) {
    const some = Math.min(together, neurons - first);
    const values = await readNeurons(gpu, pass, layer, units, first, some, samples);
    for (let own = 0; own < some; own++) {
      const sorted = values.subarray(own * samples, (own + 1) * samples).sort();
      edges.set(equalFrequencyEdges(sorted, levels), (first + own) * (levels - 1));
    }
  }
  return edges;
}

export function needsExtremes(bins: BinRule): boolean {
  return bins === "equal-width";
}
