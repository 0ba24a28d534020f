/**
 * Layers of the networks of a pass, bound to arrays of a rider's own: forward again, or back from the derivative of something by
 * z to that by the outputs below. Kernels and their sizes are those of the forward pass and of training.
 */
import type { ActivationLike } from "../core/activation.ts";
import type { DeviceArray } from "../gpu/device/device-array.ts";
import type { BoundKernel } from "../gpu/device/kernel.ts";
import { structs, uniforms } from "../gpu/device/layout.ts";
import type { Allocated } from "../gpu/device/owned.ts";
import { quadsOf } from "../gpu/device/packing.ts";
import type { Recorder } from "../gpu/device/recorder.ts";
import { type UniformArray, writeUniforms } from "../gpu/device/uniforms.ts";
import { backward, forward } from "../gpu/generated/shaders.ts";
import { type BackwardBatch, createHiddenDelta, hiddenDeltaGrid } from "../gpu/kernels/backward.ts";
import { createForwardLayer, forwardGrid } from "../gpu/kernels/forward.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { PageRide } from "./evidence/ride.ts";
import { identityJobs, plainLayer, writeJobs } from "./forward-pass.ts";

/** Encodes one layer for one chunk. */
export type LayerPass = (to: Recorder, chunk: number) => void;

/** What all layers share. */
export function layerPassesLayout(networks: number, chunks: number) {
  return {
    jobs: structs(forward, "Job", networks),
    forwardBatch: uniforms(forward, "Batch", chunks),
    backwardBatch: uniforms(backward, "Batch", chunks),
  };
}

/** Of one layer that is bound. */
export const forwardUniform = uniforms(forward, "Layer");
export const backwardUniform = uniforms(backward, "Layer");

const noStep: Omit<BackwardBatch, "first" | "count"> = {
  ...{ learning_rate: 0, variance_correction: 0, beta1: 0, beta2: 0, one_minus_beta1: 0, one_minus_beta2: 0 },
  ...{ epsilon: 0, l2: 0 },
};

interface ForwardArrays {
  readonly uniform: UniformArray<"Layer">;
  /** Outputs of the layer below, [networks, rows, lanes]; the samples where it is the first. */
  readonly inputs: DeviceArray<"f32", 3> | undefined;
  readonly outputs: DeviceArray<"f32", 3>;
  /** Where act'(z) goes, too, of functions whose value does not tell it; never of the first layer. */
  readonly slopes?: DeviceArray<"f32", 3> | undefined;
  /** Where rows are not one slab for each network: which network each is of. */
  readonly slabs?: { readonly jobs: DeviceArray<"Job", 1>; readonly count: number };
}

interface BackArrays {
  readonly uniform: UniformArray<"Layer">;
  /** By z of the layer: [networks, rows, lanes]. */
  readonly delta: DeviceArray<"f32", 3>;
  /** By the outputs below, likewise. */
  readonly inputDelta: DeviceArray<"f32", 3>;
}

export class LayerPasses {
  readonly #pass: PageRide;
  readonly #networks: DeviceNetworks;
  readonly #shared: Allocated<ReturnType<typeof layerPassesLayout>>;

  constructor(pass: PageRide, shared: Allocated<ReturnType<typeof layerPassesLayout>>) {
    this.#pass = pass;
    this.#networks = pass.networks;
    this.#shared = shared;
    const { gpu, networks, forward: page } = pass;
    writeJobs(gpu, shared.jobs, identityJobs(networks.count));
    writeUniforms(
      gpu,
      forward,
      shared.forwardBatch,
      page.chunks.map((chunk) => ({ ...chunk, first_job: 0 })),
    );
    writeUniforms(
      gpu,
      backward,
      shared.backwardBatch,
      page.chunks.map((chunk) => ({ ...noStep, ...chunk })),
    );
  }

  /** outputs = act(z) of layer `index`, from 0. */
  async forward(index: number, activation: ActivationLike, arrays: ForwardArrays): Promise<LayerPass> {
    const { gpu, forward: page } = this.#pass;
    const { widths, count } = this.#networks;
    const [inputs, outputs] = [widths[index]!, widths[index + 1]!];
    writeUniforms(gpu, forward, arrays.uniform, [plainLayer(inputs, outputs, page.rows)]);
    const kernel = await this.#bindForward(index, activation, arrays);
    const slabs = arrays.slabs?.count ?? count;
    return (to, chunk) => {
      kernel.encode(to, forwardGrid(quadsOf(outputs), page.chunks[chunk]!.count, slabs), chunk);
    };
  }

  async #bindForward(index: number, activation: ActivationLike, arrays: ForwardArrays): Promise<BoundKernel> {
    const { gpu, page } = this.#pass;
    const { uniform: layer, inputs, outputs, slopes } = arrays;
    const { forwardBatch: batch } = this.#shared;
    const jobs = arrays.slabs?.jobs ?? this.#shared.jobs;
    const shared = { layer, batch, jobs, parameters: this.#networks.parameters[index]!, outputs };
    if (inputs !== undefined) {
      if (slopes === undefined) return (await createForwardLayer(gpu, "", activation)).bind({ ...shared, inputs });
      return (await createForwardLayer(gpu, "SLOPES", activation)).bind({ ...shared, inputs, slopes });
    }
    return "pixels" in page.inputs
      ? (await createForwardLayer(gpu, "BYTES", activation)).bind({ ...shared, ...page.inputs })
      : (await createForwardLayer(gpu, "FLOATS", activation)).bind({ ...shared, ...page.inputs });
  }

  /** inputDelta = W' delta of layer `index`, from 1; act' of the layer below is left out. */
  async back(index: number, { uniform, delta, inputDelta }: BackArrays): Promise<LayerPass> {
    const { gpu, forward: page } = this.#pass;
    const { widths, count, parameters } = this.#networks;
    const [inputs, outputs] = [widths[index]!, widths[index + 1]!];
    const [quads, nextQuads] = [quadsOf(inputs), quadsOf(outputs)];
    writeUniforms(gpu, backward, uniform, [
      {
        ...{ input_quads: 0, inputs: 0, order_rows: 0, slab_rows: page.rows },
        ...{ outputs: inputs, output_quads: quads, next_outputs: outputs, next_quads: nextQuads },
      },
    ]);
    const kernel = (await createHiddenDelta(gpu, "identity")).bind({
      layer: uniform,
      batch: this.#shared.backwardBatch,
      delta: inputDelta,
      next_delta: delta,
      next_parameters: parameters[index]!,
      activations: page.outputs[index - 1]!,
    });
    return (to, chunk) => kernel.encode(to, hiddenDeltaGrid(quads, page.rows, count), chunk);
  }
}
