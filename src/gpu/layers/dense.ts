/** Dense layers on a device: rows of forward.wgsl, backward.wgsl and top-layer.wgsl, and which of their variants runs when. */
import { needsKeptSlope } from "../../core/activation.ts";
import type { DenseLayer, DenseShape } from "../../core/layers/dense.ts";
import type { GpuContext } from "../device/context.ts";
import type { DeviceArray } from "../device/device-array.ts";
import type { BoundKernel } from "../device/kernel.ts";
import { f32, uniforms } from "../device/layout.ts";
import { lanesOf, quadsOf } from "../device/packing.ts";
import { writeUniforms } from "../device/uniforms.ts";
import { backward, forward } from "../generated/shaders.ts";
import {
  createHiddenDelta,
  createOutputDelta,
  createUpdateParameters,
  hiddenDeltaGrid,
  outputDeltaGrid,
  updateParametersGrid,
} from "../kernels/backward.ts";
import { createForwardLayer, forwardGrid } from "../kernels/forward.ts";
import { createTopLayer, fusesTopLayer, topLayerGrid } from "../kernels/top-layer.ts";
import { WALK_CLASSES } from "../kernels/walk.ts";
import type { DeviceLayerKind, ForwardParts, LayerWork, TopStepParts, UpdateParts, WalkRows } from "./layer-kind.ts";

/** [networks, units, lanes of the inputs]: a row of weights, then the bias in the homogeneous lane. */
function pack(layers: readonly DenseLayer[]): Float32Array {
  const { inputs, outputs } = layers[0]!;
  const lanes = lanesOf(inputs);
  const packed = new Float32Array(layers.length * outputs * lanes);
  layers.forEach((layer, network) => {
    for (let output = 0; output < outputs; output++) {
      const row = (network * outputs + output) * lanes;
      packed.set(layer.weights.subarray(output * inputs, (output + 1) * inputs), row);
      packed[row + inputs] = layer.biases[output]!;
    }
  });
  return packed;
}

function unpack(packed: Float32Array, network: number, { inputs, units }: DenseShape): DenseLayer {
  const lanes = lanesOf(inputs);
  const weights = new Float32Array(units * inputs);
  const biases = new Float32Array(units);
  for (let unit = 0; unit < units; unit++) {
    const row = (network * units + unit) * lanes;
    weights.set(packed.subarray(row, row + inputs), unit * inputs);
    biases[unit] = packed[row + inputs]!;
  }
  return { inputs, outputs: units, weights, biases };
}

/** The kernel for where the layer reads, for what is masked, and for slopes that are kept. */
async function bindForward(gpu: GpuContext, parts: ForwardParts): Promise<BoundKernel> {
  const { activation, source, layer, batch, jobs, parameters, outputs, masks, slopes } = parts;
  const shared = { layer, batch, jobs, parameters, outputs };
  const kept = needsKeptSlope(activation) ? slopes : undefined;
  if ("inputs" in source) {
    const resources = { ...shared, inputs: source.inputs };
    if (masks !== undefined) {
      const { positions, replacements } = masks;
      return (await createForwardLayer(gpu, "MASKED", activation)).bind({ ...resources, positions, replacements });
    }
    if (kept === undefined) return (await createForwardLayer(gpu, "", activation)).bind(resources);
    return (await createForwardLayer(gpu, "SLOPES", activation)).bind({ ...resources, slopes: kept });
  }
  const { order } = source;
  if ("pixels" in source) {
    const resources = { ...shared, pixels: source.pixels };
    if (order === undefined) return (await createForwardLayer(gpu, "BYTES", activation)).bind(resources);
    const gathered = { ...resources, order };
    if (kept === undefined) return (await createForwardLayer(gpu, "BYTES+GATHERED", activation)).bind(gathered);
    return (await createForwardLayer(gpu, "BYTES+GATHERED+SLOPES", activation)).bind({ ...gathered, slopes: kept });
  }
  const resources = { ...shared, values: source.values };
  if (order === undefined) return (await createForwardLayer(gpu, "FLOATS", activation)).bind(resources);
  const gathered = { ...resources, order };
  if (kept === undefined) return (await createForwardLayer(gpu, "FLOATS+GATHERED", activation)).bind(gathered);
  return (await createForwardLayer(gpu, "FLOATS+GATHERED+SLOPES", activation)).bind({ ...gathered, slopes: kept });
}

async function bindUpdate(gpu: GpuContext, parts: UpdateParts): Promise<BoundKernel> {
  const { source, layer, batch, delta, parameters, firstMoments, secondMoments } = parts;
  const shared = { layer, batch, delta, parameters, first_moments: firstMoments, second_moments: secondMoments };
  if ("inputs" in source) return (await createUpdateParameters(gpu, "")).bind({ ...shared, inputs: source.inputs });
  const order = source.order!; // a step takes its samples in turn
  if ("pixels" in source) {
    return (await createUpdateParameters(gpu, "BYTES")).bind({ ...shared, order, pixels: source.pixels });
  }
  return (await createUpdateParameters(gpu, "FLOATS")).bind({ ...shared, order, values: source.values });
}

async function bindTopStep(gpu: GpuContext, parts: TopStepParts, inputs: DeviceArray<"f32", 3>): Promise<LayerWork> {
  const { activation, layer, batch, order, labels, losses, parameters, inputDelta, firstMoments, secondMoments } =
    parts;
  const kernel = (await createTopLayer(gpu, "", activation)).bind({
    layer,
    batch,
    order,
    labels,
    losses,
    inputs,
    below_delta: inputDelta,
    parameters,
    first_moments: firstMoments,
    second_moments: secondMoments,
  });
  return { encode: (to, _, jobs, step) => kernel.encode(to, topLayerGrid(jobs), step) };
}

/** Copies rows[at * stride + ...] = weights[output, input] for all of a layer: one row an input. */
function transpose({ inputs, outputs, weights }: DenseLayer, rows: Float32Array, start: number, stride: number): void {
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++)
      rows[start + input * stride + output] = weights[output * inputs + input]!;
  }
}

/** [networks, inputs, lanes of the units]: row n holds the weights that leave input n. */
const outgoing: WalkRows<DenseLayer, DenseShape> = {
  layout: ({ inputs, units }, networks) => f32(networks, inputs, lanesOf(units)),
  rows(layers) {
    const { inputs, outputs } = layers[0]!;
    const lanes = lanesOf(outputs);
    const rows = new Float32Array(layers.length * inputs * lanes);
    layers.forEach((layer, network) => {
      transpose(layer, rows, network * inputs * lanes, lanes);
    });
    return rows;
  },
};

/** [networks, lanes of the inputs + 1, 12]: like `outgoing`, zeros behind the last input, then the biases. */
const evaluated: WalkRows<DenseLayer, DenseShape> = {
  layout: ({ inputs }, networks) => f32(networks, lanesOf(inputs) + 1, WALK_CLASSES),
  rows(layers) {
    const inputLanes = lanesOf(layers[0]!.inputs);
    const size = (inputLanes + 1) * WALK_CLASSES;
    const rows = new Float32Array(layers.length * size);
    layers.forEach((layer, network) => {
      transpose(layer, rows, network * size, WALK_CLASSES);
      rows.set(layer.biases, network * size + inputLanes * WALK_CLASSES);
    });
    return rows;
  },
};

export const denseOnDevice: DeviceLayerKind<DenseLayer, DenseShape> = {
  parameters: ({ inputs, units }, networks) => f32(networks, units, lanesOf(inputs)),
  pack,
  unpack,
  operations: ({ inputs, units }) => 2 * units * lanesOf(inputs),
  forwardUniform: uniforms(forward, "Layer"),
  async forward(gpu, { inputs, units }, parts) {
    const { layer, outputs, source, masks, sharedSource = false } = parts;
    const quads = quadsOf(units);
    const sizes = {
      input_quads: quadsOf(inputs),
      outputs: units,
      output_quads: quads,
      slab_rows: outputs.shape[1]!,
      order_rows: "inputs" in source ? 0 : (source.order?.shape[1] ?? 0),
      own_source: sharedSource ? 0 : 1,
      hidden_quads: masks?.quads ?? 0,
      hidden_offset: masks?.offset ?? 0,
    };
    writeUniforms(gpu, forward, layer, [sizes]);
    const kernel = await bindForward(gpu, parts);
    return {
      encode: (to, samples, jobs, step) => kernel.encode(to, forwardGrid(quads, samples, jobs), step),
    };
  },
  backwardUniform: uniforms(backward, "Layer"),
  writeBackward(gpu, { inputs, units }, layer, { rows, samples }) {
    const sizes = {
      input_quads: quadsOf(inputs),
      inputs,
      outputs: units,
      output_quads: quadsOf(units),
      slab_rows: rows,
      order_rows: samples,
    };
    writeUniforms(gpu, backward, layer, [sizes]);
  },
  async outputDelta(gpu, _, { layer, batch, order, delta, logits, labels, losses }) {
    const kernel = (await createOutputDelta(gpu)).bind({ layer, batch, order, delta, logits, labels, losses });
    return { encode: (to, samples, jobs, step) => kernel.encode(to, outputDeltaGrid(samples, jobs), step) };
  },
  async inputDelta(gpu, { inputs }, { layer, batch, parameters, delta, activation, activations, inputDelta }) {
    const kernel = (await createHiddenDelta(gpu, activation)).bind({
      layer,
      batch,
      delta: inputDelta,
      next_delta: delta,
      next_parameters: parameters,
      activations,
    });
    const quads = quadsOf(inputs);
    return { encode: (to, samples, jobs, step) => kernel.encode(to, hiddenDeltaGrid(quads, samples, jobs), step) };
  },
  async update(gpu, { inputs, units }, parts) {
    const kernel = await bindUpdate(gpu, parts);
    const quads = quadsOf(inputs);
    return { encode: (to, _, jobs, step) => kernel.encode(to, updateParametersGrid(quads, units, jobs), step) };
  },
  topStep(gpu, { units }, parts) {
    const { source, delta } = parts;
    if (!("inputs" in source) || !fusesTopLayer(gpu, units, delta.shape[1]!)) return undefined;
    return bindTopStep(gpu, parts, source.inputs);
  },
  outgoing,
  evaluated,
};
