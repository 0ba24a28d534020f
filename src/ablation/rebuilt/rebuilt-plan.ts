/** What rebuilt networks take on a device, and how many are evaluated at once. Plain arithmetic, nothing allocated. */
import { featuresOf, hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import { plannedArrays } from "../../gpu/device/layout.ts";
import {
  batchBytes,
  bindingBytes,
  largestGrowth,
  leastOf,
  type PlanBasis,
  type PlannedArray,
  totalBytes,
} from "../../gpu/device/plan-basis.ts";
import { BLOCK } from "../../gpu/kernels/tally.ts";
import { parametersLayout } from "../../passes/device-networks.ts";
import { splitLayout } from "../../passes/device-split.ts";
import { forwardOperations, forwardPassLayout, rowsPerChunk } from "../../passes/forward-pass.ts";
import { tallyArrays, tallyLayout } from "../../passes/tally.ts";
import { hiddenPageSamples, readingArrays } from "../hidden-outputs.ts";

/** Networks, their pass in chunks of `rows` samples and their tallies. */
function networkArrays(
  basis: PlanBasis,
  { shape, samples, rows }: { readonly shape: NetworkShape; readonly samples: number; readonly rows: number },
  networks: number,
): PlannedArray[] {
  return [
    ...plannedArrays(basis, parametersLayout(shape, networks)),
    ...plannedArrays(basis, forwardPassLayout({ shape, networks, samples, rows })),
    ...tallyArrays(basis, tallyLayout(networks, samples, Math.ceil(samples / rows))),
  ];
}

/**
 * As many as keep every array within a binding, all of them with the smallest chunk within a share of the memory, and such a chunk
 * within the time of a unit.
 * @param shape of the layers above the lowest ablated one
 */
export function rebuiltAtOnce(basis: PlanBasis, shape: NetworkShape, samples: number): number {
  const arraysOf = (networks: number) => networkArrays(basis, { shape, samples, rows: BLOCK }, networks);
  const another = totalBytes(arraysOf(2)) - totalBytes(arraysOf(1));
  return leastOf({
    binding: bindingBytes(basis) / largestGrowth(arraysOf),
    memory: batchBytes(basis) / another,
    time: basis.pace.unitOperations / (BLOCK * forwardOperations(shape)),
  }).count;
}

interface RebuiltSize {
  readonly shape: NetworkShape;
  /** Of the split, or of a page. */
  readonly samples: number;
  /** Evaluations of one network's curves whose lowest ablated hidden layer is `lowest`, from 1. */
  steps(lowest: number): number;
}

/** What rebuilt networks take where hidden layer `lowest` (from 1) is the lowest ablated one, with the outputs that they read. */
function arraysAbove(basis: PlanBasis, { shape: whole, samples, steps }: RebuiltSize, lowest: number): PlannedArray[] {
  const shape = whole.slice(lowest);
  const features = featuresOf(shape);
  const page = hiddenPageSamples(basis, features, samples);
  const networks = Math.min(steps(lowest), rebuiltAtOnce(basis, shape, samples));
  const rows = rowsPerChunk(basis, page, networks, shape);
  return [
    ...plannedArrays(basis, splitLayout("floats", page, features), "hidden"),
    ...networkArrays(basis, { shape, samples: page, rows }, networks),
  ];
}

/** At the fullest moment of a sweep of one network, beside the data. */
export function rebuiltArrays(basis: PlanBasis, size: RebuiltSize): PlannedArray[] {
  const { shape, samples } = size;
  const swept = hiddenUnits(shape)
    .map((_, index) => index + 1)
    .filter((lowest) => size.steps(lowest) > 0);
  const phases = swept.map((lowest) => arraysAbove(basis, size, lowest));
  // The outputs are read back to begin with.
  return [...phases, readingArrays(basis, shape, samples)].reduce((fullest, one) =>
    totalBytes(one) > totalBytes(fullest) ? one : fullest,
  );
}
