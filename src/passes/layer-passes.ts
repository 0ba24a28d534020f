/**
 * Layers of the networks of a pass, bound to arrays of a rider's own: forward again, or back from the derivative of something by
 * z to that by the outputs below. Kernels and their sizes are those of the forward pass and of training.
 */
import type { ActivationLike } from "../core/activation.ts";
import type { DeviceArray } from "../gpu/device/device-array.ts";
import { structs, uniforms } from "../gpu/device/layout.ts";
import type { Allocated } from "../gpu/device/owned.ts";
import type { Recorder } from "../gpu/device/recorder.ts";
import { type UniformArray, writeUniforms } from "../gpu/device/uniforms.ts";
import { backward, forward } from "../gpu/generated/shaders.ts";
import type { BackwardBatch } from "../gpu/kernels/backward.ts";
import { onDevice } from "../gpu/layers/registry.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { PageRide } from "./evidence/ride.ts";
import { identityJobs, writeJobs } from "./forward-pass.ts";

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

const noStep: Omit<BackwardBatch, "first" | "count"> = {
  learning_rate: 0,
  variance_correction: 0,
  beta1: 0,
  beta2: 0,
  one_minus_beta1: 0,
  one_minus_beta2: 0,
  epsilon: 0,
  l2: 0,
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
    const { gpu, page, forward: pass } = this.#pass;
    const { shape, count, parameters } = this.#networks;
    const { uniform, slopes, slabs } = arrays;
    const layer = await onDevice(shape[index]!).forward(gpu, shape[index]!, {
      parameters: parameters[index]!,
      activation,
      source: arrays.inputs === undefined ? page.inputs : { inputs: arrays.inputs },
      outputs: arrays.outputs,
      layer: uniform,
      batch: this.#shared.forwardBatch,
      jobs: slabs?.jobs ?? this.#shared.jobs,
      ...(slopes && { slopes }),
    });
    return (to, chunk) => layer.encode(to, pass.chunks[chunk]!.count, slabs?.count ?? count, chunk);
  }

  /** inputDelta = W' delta of layer `index`, from 1; act' of the layer below is left out. */
  async back(index: number, { uniform, delta, inputDelta }: BackArrays): Promise<LayerPass> {
    const { gpu, page, forward: pass } = this.#pass;
    const { shape, count, parameters } = this.#networks;
    const own = shape[index]!;
    const kind = onDevice(own);
    kind.writeBackward(gpu, own, uniform, { rows: pass.rows, samples: page.count });
    const layer = await kind.inputDelta(gpu, own, {
      parameters: parameters[index]!,
      delta,
      layer: uniform,
      batch: this.#shared.backwardBatch,
      activation: "identity",
      activations: pass.outputs[index - 1]!,
      inputDelta,
    });
    return (to, chunk) => layer.encode(to, pass.rows, count, chunk);
  }
}
