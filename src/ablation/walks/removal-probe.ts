/**
 * One network over a split, kept on the device so that any set of its neurons can be removed at the cost of a few
 * dispatches: what answers a click. The sum is the masked sweep's; only the masks change from one evaluation to the next.
 */
import type { ConstantMode, NeuronAddress } from "../../core/ablation.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import type { Network } from "../../core/network.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { write } from "../../gpu/device/device-array.ts";
import { Owned } from "../../gpu/device/owned.ts";
import { submit } from "../../gpu/device/recorder.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { forward } from "../../gpu/generated/shaders.ts";
import { uploadNetworks } from "../../passes/device-networks.ts";
import type { DeviceSplit } from "../../passes/device-split.ts";
import { createForwardPass, rowsPerChunk, writeJobs } from "../../passes/forward-pass.ts";
import { rightPerClass } from "../../passes/right-bits.ts";
import { createTallier } from "../../passes/tally.ts";
import { chainLayout, createChain, maskedOutputsLayout } from "../masked/masked-forward.ts";
import { maskLayout, removalPositions, replacementConstants, replacementRow } from "../masked/removal-masks.ts";
import type { ReplacementConstants } from "../sweep-task.ts";

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
  evaluate(removed: readonly NeuronAddress[], mode: ConstantMode): Promise<ProbedRemoval>;
}

function requireNeurons(removed: readonly NeuronAddress[], hidden: readonly number[]): void {
  const stranger = removed.find(({ layer, neuron }) => !(neuron >= 0 && neuron < (hidden[layer - 1] ?? 0)));
  if (stranger === undefined) return;
  throw new RangeError(`there is no neuron ${stranger.neuron} in layer ${stranger.layer} of ${hidden.join("-")}`);
}

/** The job that removes `removed` neurons of the only order. */
const jobOf = (mode: ConstantMode, removed: number) => ({
  network: 0,
  curve: 0,
  replacement: replacementRow(mode),
  removed,
});

export async function createRemovalProbe(
  gpu: GpuContext,
  network: Network,
  constants: ReplacementConstants,
  split: DeviceSplit,
): Promise<RemovalProbe> {
  using own = new Owned(gpu);
  const prepared = await prepare(gpu, own, network, constants, split);
  const { hidden, pass, mask, chain, tallier } = prepared;
  const kept = own.move();
  // Where all samples are in one chunk, the activations below the first mask stay what they are.
  let intact = false;
  return {
    async evaluate(removed, mode) {
      requireNeurons(removed, hidden);
      write(gpu, mask.positions, removalPositions([{ neurons: removed }], hidden));
      writeJobs(gpu, mask.jobs, [jobOf(mode, removed.length)]);
      for (const [index, { count }] of pass.chunks.entries()) {
        submit(gpu, "removal probe", (to) => {
          if (!intact) pass.encode(to, index);
          for (const work of chain) work.encode(to, count, 1, index);
          tallier.encode(to, index);
        });
      }
      intact = pass.chunks.length === 1;
      const { correct, lossSum, right } = await tallier.total();
      const correctPerClass = rightPerClass(right, split.host, split.classes);
      return { correct: correct[0]!, correctPerClass, loss: lossSum[0]! / split.count };
    },
    [Symbol.dispose]: () => kept[Symbol.dispose](),
  };
}

async function prepare(
  gpu: GpuContext,
  own: Owned,
  network: Network,
  constants: ReplacementConstants,
  split: DeviceSplit,
) {
  const networks = own.use(uploadNetworks(gpu, [network]));
  const { shape } = networks;
  const hidden = hiddenUnits(shape);
  const rows = rowsPerChunk(gpu, split.count, 1, shape);
  const pass = own.use(await createForwardPass(gpu, networks, split, { rows, depth: 1 }));
  const { mask, outputs, layers } = own.allocate(
    {
      mask: maskLayout(hidden, 1, 1, pass.chunks.length),
      outputs: maskedOutputsLayout(shape, 1, pass.rows),
      layers: chainLayout(shape, 1),
    },
    "probe",
  );
  const batches = pass.chunks.map(({ first, count }) => ({ first, count, first_job: 0 }));
  writeUniforms(gpu, forward, mask.batch, batches);
  write(gpu, mask.replacements, replacementConstants(constants, hidden));
  const source = pass.outputs[0]!;
  const chain = await createChain(gpu, {
    networks,
    mask,
    layers,
    below: 1,
    source,
    shared: true,
    outputs,
    deeper: true,
  });
  const parts = pass.chunks.map((chunk) => ({ ...chunk, firstJob: 0, slabs: 1 }));
  const tallier = own.use(await createTallier(gpu, outputs.at(-1)!, split, 1, parts));
  return { hidden, pass, mask, chain, tallier };
}
