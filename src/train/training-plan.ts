/** What training takes on a device, and how many networks train at once. Plain arithmetic, before anything is allocated. */
import type { InputType } from "../core/dataset.ts";
import type { Widths } from "../core/network.ts";
import { splitArrays } from "../gpu/device-split.ts";
import { forwardOperations } from "../gpu/forward-pass.ts";
import { forward } from "../gpu/generated/shaders.ts";
import { ROUNDS } from "../gpu/kernels/shuffle.ts";
import { lanesOf } from "../gpu/packing.ts";
import {
  type Amount,
  bindingBytes,
  largestGrowth,
  largestOf,
  leastOf,
  type PlanBasis,
  type PlannedArray,
  scalarArray,
  totalBytes,
  uniformArray,
} from "../gpu/plan-basis.ts";

/** What decides the size of every array of training. */
export interface TrainingSize {
  readonly widths: Widths;
  readonly inputType: InputType;
  readonly samples: number;
  readonly batchSize: number;
}

/** Operations of one step: forward, gradients of the weights, and deltas; each as many as forward. */
export function stepOperations(
  { widths, samples, batchSize }: Omit<TrainingSize, "inputType">,
  networks: number,
): number {
  return 3 * networks * Math.min(batchSize, samples) * forwardOperations(widths);
}

/** Every array of `networks` networks: their parameters, moments, outputs, deltas, and the order of their samples. */
function networkArrays({ widths, samples, batchSize }: TrainingSize, networks: number): PlannedArray[] {
  const batch = Math.min(batchSize, samples);
  const layers = widths
    .slice(1)
    .flatMap((outputs, layer) => [
      ...["parameters", "first moments", "second moments"].map((name) =>
        scalarArray(`layer ${layer} ${name}`, networks, outputs, lanesOf(widths[layer]!)),
      ),
      ...["outputs", "delta"].map((name) => scalarArray(`layer ${layer} ${name}`, networks, batch, lanesOf(outputs))),
    ]);
  return [
    ...layers,
    scalarArray("order", networks, samples),
    scalarArray("round keys", networks, ROUNDS),
    scalarArray("training losses", networks, batch),
    scalarArray("jobs", networks, forward.structs.Job.size / 4),
  ];
}

/** Every array that is alive while `networks` networks train at once, the largest copy for reading back included. */
export function trainingArrays(basis: PlanBasis, size: TrainingSize, networks: number): PlannedArray[] {
  const { widths, inputType, samples, batchSize } = size;
  const steps = Math.ceil(samples / Math.min(batchSize, samples));
  const own = networkArrays(size, networks);
  const read = own.filter(({ name }) => / parameters$|losses$/.test(name));
  return [
    ...splitArrays("train", inputType, samples, widths[0]!),
    ...own,
    uniformArray(basis, "layers and permutation", 2 * (widths.length - 1) + 1),
    uniformArray(basis, "batches", 2 * steps),
    { ...largestOf(read), name: `read ${largestOf(read).name}` },
  ];
}

/** How many networks train at once: as many as keep to the bindings, to the memory, and to the time of one step. */
export function replicasAtOnce(basis: PlanBasis, size: TrainingSize, networks: number): Amount {
  const one = totalBytes(trainingArrays(basis, size, 1));
  // Every array grows in proportion, or not at all.
  const another = totalBytes(trainingArrays(basis, size, 2)) - one;
  return leastOf({
    all: networks,
    binding: bindingBytes(basis) / largestGrowth((count) => networkArrays(size, count)),
    memory: 1 + (basis.memoryBytes - one) / another,
    time: basis.pace.unitOperations / stepOperations(size, 1),
  });
}
