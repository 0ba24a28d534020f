/** The intact forward pass of several networks over samples, as measuring and ablation run it. */
import { type Activation, activationOfLayer } from "../core/activation.ts";
import { activate } from "../core/activation-values.ts";
import { featuresOf, multiplyAdds, type NetworkShape, shapeText } from "../core/layers/network-shape.ts";
import { shapeOf } from "../core/layers/registry.ts";
import type { Network } from "../core/network.ts";
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { read } from "../gpu/device/device-array.ts";
import { scalarsOf } from "../gpu/device/layout.ts";
import { Pacer } from "../gpu/device/pacer.ts";
import { lanesOf } from "../gpu/device/packing.ts";
import { submit } from "../gpu/device/recorder.ts";
import { outputLanes } from "../gpu/layers/layer-kind.ts";
import { onDevice } from "../gpu/layers/registry.ts";
import { uploadNetworks } from "../passes/device-networks.ts";
import { type DeviceSplit, uploadSplit } from "../passes/device-split.ts";
import { createForwardPass, type ForwardPass } from "../passes/forward-pass.ts";
import { inputValues } from "../reference/forward.ts";
import { layerOutputs } from "../reference/layers.ts";
import { activationBound, sumBound } from "../reference/rounding.ts";
import { initialNetwork } from "../train/initialisation.ts";
import { requireAgreement } from "./agreement.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { CLASSES, FEATURES, material, shapeFor } from "./material.ts";
import { checkedRows } from "./product.ts";
import { timed } from "./timing.ts";

/** Networks and samples that a pass is timed on. */
export interface ForwardBenchOptions {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly repeats: number;
  readonly samples: number;
  readonly runs: number;
  readonly budgetMs: number;
}

export interface ForwardBenchRow extends BenchRow {
  /** Samples of all networks together. */
  readonly samplesPerSecond: number;
}

const FLOAT_BYTES = 4;

/** Pixels once; parameters once; activations written by each layer and, but for the last, read by the next. */
function forwardBytes(shape: NetworkShape, repeats: number, samples: number): number {
  const activations = shape.map(outputLanes);
  const moved = activations.reduce((sum, lanes, layer) => sum + lanes * (layer === activations.length - 1 ? 1 : 2), 0);
  const parameters = shape.reduce((sum, layer) => sum + scalarsOf(onDevice(layer).parameters(layer, 1)), 0);
  return samples * lanesOf(featuresOf(shape)) + FLOAT_BYTES * repeats * (samples * moved + parameters);
}

/** Layer by layer from the device's own inputs, so that every bound is that of one layer. */
async function check(gpu: GpuContext, split: DeviceSplit, network: Network, pass: ForwardPass): Promise<void> {
  submit(gpu, "check forward", (to) => pass.encode(to, 0));
  const { inputs: all } = split.host;
  const rows = checkedRows(pass.chunks[0]!.count);
  let inputs = rows.map((row) => inputValues(all.subarray(row * split.features, (row + 1) * split.features)));
  for (const [index, layer] of network.layers.entries()) {
    const activation = activationOfLayer(network.activation, index, network.layers.length);
    const outputs = await read(gpu, pass.outputs[index]!);
    const { units, inputs: width } = shapeOf(layer);
    const lanes = lanesOf(units);
    const absolute = { ...layer, weights: layer.weights.map(Math.abs), biases: layer.biases.map(Math.abs) };
    inputs = rows.map((row, place) => {
      const got = outputs.subarray(row * lanes, row * lanes + units);
      const sums = layerOutputs(inputs[place]!, layer, "identity");
      const magnitudes = layerOutputs(inputs[place]!.map(Math.abs), absolute, "identity");
      const bound = sums.map((sum, unit) => {
        return activationBound(sum, sumBound(width + 1, magnitudes[unit]!), activation);
      });
      const want = sums.map((sum) => activate(sum, activation));
      requireAgreement(gpu, { kernel: "forward.forward_layer", got, want, bound });
      return Float64Array.from(got);
    });
  }
}

/** @throws RunError where a layer is wrong, or with what the device reported. */
export async function benchForward(
  gpu: GpuContext,
  clock: Clock,
  { hidden, activation, repeats, samples, runs, budgetMs }: ForwardBenchOptions,
  ceilings: Ceilings,
): Promise<ForwardBenchRow> {
  const shape = shapeFor(hidden);
  const hosts = Array.from({ length: repeats }, (_, repeat) => initialNetwork(0, repeat, shape, activation));
  using split = uploadSplit(gpu, "test", material(FEATURES, CLASSES, CLASSES, samples).test, FEATURES, CLASSES);
  using networks = uploadNetworks(gpu, hosts);
  using pass = await createForwardPass(gpu, networks, split);
  await check(gpu, split, hosts[0]!, pass);
  const pacer = new Pacer(gpu);
  const encode = (to: Parameters<ForwardPass["encode"]>[0], first: number, end: number) => {
    for (let chunk = first; chunk < end; chunk++) pass.encode(to, chunk);
  };
  const work = { label: "bench forward", units: pass.chunks.length, encode };
  const timing = await timed(clock, runs, () => pacer.run(work), { budgetMs });
  const size = `${repeats} x ${samples} samples, ${shapeText(shape)}`;
  const operations = 2 * repeats * samples * multiplyAdds(shape);
  const row = benchRow("forward", size, timing, { operations, bytes: forwardBytes(shape, repeats, samples) }, ceilings);
  return { ...row, samplesPerSecond: (repeats * samples * 1000) / timing.medianMs };
}
