/** What training takes on a device, and how many networks train at once. Plain arithmetic, before anything is allocated. */
import type { InputType } from "../core/input-type.ts";
import { featuresOf, type NetworkShape } from "../core/layers/network-shape.ts";
import { plannedArrays } from "../gpu/device/layout.ts";
import {
  type Amount,
  bindingBytes,
  largestGrowth,
  leastOf,
  type PlanBasis,
  type PlannedArray,
  readBack,
  totalBytes,
} from "../gpu/device/plan-basis.ts";
import { parametersLayout } from "../passes/device-networks.ts";
import { splitLayout } from "../passes/device-split.ts";
import { forwardOperations } from "../passes/forward-pass.ts";
import { stepLayout } from "./step-arrays.ts";

/** What decides the size of every array of training. */
interface TrainingSize {
  readonly shape: NetworkShape;
  readonly inputType: InputType;
  readonly samples: number;
  readonly batchSize: number;
}

/** Operations of one step: forward, gradients of the weights, and deltas; each as many as forward. */
export function stepOperations(
  { shape, samples, batchSize }: Omit<TrainingSize, "inputType">,
  networks: number,
): number {
  return 3 * networks * Math.min(batchSize, samples) * forwardOperations(shape);
}

/** The layouts of the networks and of the step. */
function layoutsOf({ shape, samples, batchSize }: TrainingSize, networks: number) {
  const size = { shape, samples, batchSize: Math.min(batchSize, samples) };
  return { networks: parametersLayout(shape, networks), step: stepLayout(size, networks) };
}

/** Every array that is alive while `networks` networks train at once, the largest copy for reading back included. */
export function trainingArrays(basis: PlanBasis, size: TrainingSize, networks: number): PlannedArray[] {
  const { shape, inputType, samples } = size;
  const layouts = layoutsOf(size, networks);
  const parameters = plannedArrays(basis, layouts.networks);
  const losses = plannedArrays(basis, layouts.step.trainingLosses, "training losses");
  return [
    ...plannedArrays(basis, splitLayout(inputType, samples, featuresOf(shape)), "train"),
    ...parameters,
    ...plannedArrays(basis, layouts.step),
    readBack([...parameters, ...losses]),
  ];
}

/** How many networks train at once: as many as keep to the bindings, to the memory, and to the time of one step. */
export function replicasAtOnce(basis: PlanBasis, size: TrainingSize, networks: number): Amount {
  const one = totalBytes(trainingArrays(basis, size, 1));
  // Every array grows in proportion, or not at all.
  const another = totalBytes(trainingArrays(basis, size, 2)) - one;
  return leastOf({
    all: networks,
    binding: bindingBytes(basis) / largestGrowth((count) => trainingArrays(basis, size, count)),
    memory: 1 + (basis.memoryBytes - one) / another,
    time: basis.pace.unitOperations / stepOperations(size, 1),
  });
}
