/**
 * One network over a split, kept on the device so that any set of its neurons can be removed at the cost of a few
 * dispatches: what answers a click. The sum is the masked sweep's; only the masks change from one evaluation to the next.
 */
import type { AblationMode, NeuronAddress } from "../core/ablation.ts";
import { hiddenWidths, type Network } from "../core/network.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate, type DeviceArray, upload } from "../gpu/device-array.ts";
import { type DeviceNetworks, uploadNetworks } from "../gpu/device-networks.ts";
import type { DeviceSplit } from "../gpu/device-split.ts";
import { createForwardPass, type ForwardPass, rowsPerChunk, uploadJobs, writeJobs } from "../gpu/forward-pass.ts";
import { forward } from "../gpu/generated/shaders.ts";
import { forwardGrid } from "../gpu/kernels/forward.ts";
import { hiddenLanes, lanesOf } from "../gpu/packing.ts";
import { submit } from "../gpu/recorder.ts";
import { rightPerClass } from "../gpu/right-bits.ts";
import { createTallier, type Tallier } from "../gpu/tally.ts";
import { uploadUniforms } from "../gpu/uniforms.ts";
import { type Chain, createChain, type MaskResources } from "./masked-forward.ts";
import { removalPositions, replacementConstants, replacementRows } from "./removal-masks.ts";

export interface ProbedRemoval {
  readonly correct: number;
  /** [classes]: of `correct`, by class. */
  readonly correctPerClass: Uint32Array;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
}

export interface RemovalProbe extends Disposable {
  /**
   * One at a time: an evaluation writes the masks of the one before over.
   * @throws RangeError where there is no such neuron, RunError with what the device reported.
   */
  evaluate(removed: readonly NeuronAddress[], mode: AblationMode): Promise<ProbedRemoval>;
}

function requireNeurons(removed: readonly NeuronAddress[], hidden: readonly number[]): void {
  const stranger = removed.find(({ layer, neuron }) => !(neuron >= 0 && neuron < (hidden[layer - 1] ?? 0)));
  if (stranger === undefined) return;
  throw new RangeError(`there is no neuron ${stranger.neuron} in layer ${stranger.layer} of ${hidden.join("-")}`);
}

/** The job that removes `removed` neurons of the only order. */
const jobOf = (mode: AblationMode, removed: number) => ({
  ...{ network: 0, curve: 0, replacement: replacementRows[mode], removed },
});

interface Prepared {
  readonly networks: DeviceNetworks;
  readonly pass: ForwardPass;
  readonly masks: MaskResources;
  readonly outputs: readonly DeviceArray<"f32", 3>[];
  readonly chain: Chain;
  readonly tallier: Tallier;
}

/** @param meanActivations per hidden layer: [neurons] */
export async function createRemovalProbe(
  gpu: GpuContext,
  network: Network,
  meanActivations: readonly Float32Array[],
  split: DeviceSplit,
): Promise<RemovalProbe> {
  const prepared = await prepare(gpu, network, meanActivations, split);
  const { networks, pass, masks, outputs, chain, tallier } = prepared;
  const { widths } = networks;
  // Where all samples are in one chunk, the activations below the first mask stay what they are.
  let intact = false;
  return {
    async evaluate(removed, mode) {
      requireNeurons(removed, hiddenWidths(widths));
      const { queue } = gpu.device;
      queue.writeBuffer(masks.positions.buffer, 0, removalPositions([{ neurons: removed }], widths) as BufferSource);
      writeJobs(gpu, masks.jobs, [jobOf(mode, removed.length)]);
      for (const [index, { count }] of pass.chunks.entries()) {
        submit(gpu, "removal probe", (to) => {
          if (!intact) pass.encode(to, index);
          for (const { kernel, quads } of chain.kernels) kernel.encode(to, forwardGrid(quads, count, 1), index);
          tallier.encode(to, index);
        });
      }
      intact = pass.chunks.length === 1;
      const { correct, lossSum, right } = await tallier.total();
      const correctPerClass = rightPerClass(right, split.host, split.classes);
      return { correct: correct[0]!, correctPerClass, loss: lossSum[0]! / split.count };
    },
    [Symbol.dispose]() {
      const arrays = [...Object.values(masks), ...outputs, ...chain.uniforms];
      for (const owned of arrays) owned.destroy();
      for (const owned of [networks, pass, tallier]) owned[Symbol.dispose]();
    },
  };
}

async function prepare(
  gpu: GpuContext,
  network: Network,
  meanActivations: readonly Float32Array[],
  split: DeviceSplit,
): Promise<Prepared> {
  const networks = uploadNetworks(gpu, [network]);
  const { widths } = networks;
  const pass = await createForwardPass(gpu, networks, split, rowsPerChunk(gpu, split.count, 1, widths));
  const lanes = hiddenLanes(widths).quads * 4;
  const batches = pass.chunks.map(({ first, count }) => ({ first, count, first_job: 0 }));
  const masks: MaskResources = {
    batch: uploadUniforms(gpu, forward, "Batch", batches),
    jobs: uploadJobs(gpu, "probe job", [jobOf("zero", 0)]),
    positions: allocate(gpu, "positions", "u32", [1, lanes]),
    replacements: upload(gpu, "replacements", "f32", [2, lanes], replacementConstants(meanActivations, widths)),
  };
  const outputs = widths
    .slice(2)
    .map((width, index) => allocate(gpu, `layer ${index + 1} probed`, "f32", [1, pass.rows, lanesOf(width)]));
  const chain = await createChain(gpu, networks, pass, masks, outputs, { lowest: 1, deeper: true });
  const parts = pass.chunks.map((chunk) => ({ ...chunk, firstJob: 0, slabs: 1 }));
  const tallier = await createTallier(gpu, outputs.at(-1)!, split, 1, parts);
  return { networks, pass, masks, outputs, chain, tallier };
}
