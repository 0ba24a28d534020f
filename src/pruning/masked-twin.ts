/**
 * Whether a pruned network is the masked one: its logits on the device and in float64, sample by sample, against those that
 * the whole network gives in float64 when the removed neurons read as what stands for them.
 */
import type { NeuronAddress } from "../core/ablation.ts";
import { RunError } from "../core/errors.ts";
import { hiddenUnits } from "../core/layers/network-shape.ts";
import { greatest } from "../core/long-arrays.ts";
import { type Network, networkShape } from "../core/network.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import type { DeviceSplit } from "../passes/device-split.ts";
import { readActivations } from "../passes/read-activations.ts";
import { maskedOutputs, predictedClass, type Replacements, valuesOf } from "../reference/sweep.ts";
import type { StandIns } from "./stand-ins.ts";

/** What logits may differ by, unless they are so large that float32 cannot promise it. */
export const LOGIT_TOLERANCE = 1e-4;
/**
 * Of the largest logit: 64 units in the last place of a float32. Sums on the device lose about the root of their number of
 * terms in such units, and 64 is the root of the widest layer, 4096. It is above LOGIT_TOLERANCE for logits above 13.
 */
const LOGIT_SHARE = 64 * 2 ** -23;

export interface MaskedNetwork extends StandIns {
  readonly network: Network;
  readonly removed: readonly NeuronAddress[];
}

export interface TwinCheck {
  readonly samples: number;
  /** What logits may differ by: LOGIT_TOLERANCE, or LOGIT_SHARE of the largest, whichever is more. */
  readonly tolerance: number;
  /** Largest difference of a logit from the masked network's: of the pruned network on the device, and in float64. */
  readonly deviceDifference: number;
  readonly referenceDifference: number;
  /** Samples whose two highest logits are nearer than the tolerance, so that their class may change by rounding. */
  readonly ties: number;
  /** Of the other samples, those that get another class on the device or in float64. */
  readonly otherClass: number;
}

function replacementsOf({ network, removed, constants }: MaskedNetwork): Replacements {
  const rows = hiddenUnits(networkShape(network)).map((units) => new Array<number | undefined>(units).fill(undefined));
  for (const { layer, neuron } of removed) rows[layer - 1]![neuron] = constants[layer - 1]![neuron]!;
  return rows;
}

/** [samples][classes], in float64. */
function logitsOf(masked: MaskedNetwork, split: DeviceSplit): number[][] {
  const replacements = replacementsOf(masked);
  return Array.from(
    { length: split.count },
    (_, sample) => maskedOutputs(masked.network, valuesOf(split.host, sample), replacements, masked.rebuilt).at(-1)!,
  );
}

/** [samples][classes], as the device computes them. */
async function deviceLogits(gpu: GpuContext, network: Network, split: DeviceSplit): Promise<number[][]> {
  const logits = await readActivations(gpu, network, split, network.layers.length);
  return Array.from({ length: split.count }, (_, sample) =>
    Array.from({ length: split.classes }, (_, label) => logits[label * split.count + sample]!),
  );
}

/** NaN where one of them is no number, so that it fails every comparison. */
function largestDifference(rows: readonly number[][], wanted: readonly number[][]): number {
  let largest = 0;
  for (const [sample, row] of rows.entries()) {
    for (const [label, logit] of row.entries()) largest = Math.max(largest, Math.abs(logit - wanted[sample]![label]!));
  }
  return largest;
}

function isTie(logits: readonly number[], tolerance: number): boolean {
  const [first = 0, second = Number.NEGATIVE_INFINITY] = [...logits].sort((a, b) => b - a);
  return first - second < tolerance;
}

/**
 * Compares on every sample of the split.
 * @throws RunError with what the device reported.
 */
export async function compareWithMasked(
  gpu: GpuContext,
  split: DeviceSplit,
  pruned: Network,
  masked: MaskedNetwork,
): Promise<TwinCheck> {
  const wanted = logitsOf(masked, split);
  const reference = logitsOf({ network: pruned, removed: [], constants: [] }, split);
  const device = await deviceLogits(gpu, pruned, split);
  const largest = wanted.reduce((most, logits) => Math.max(most, greatest(logits.map(Math.abs))), 0);
  const tolerance = Math.max(LOGIT_TOLERANCE, LOGIT_SHARE * largest);
  const tied = wanted.map((logits) => isTie(logits, tolerance));
  const otherClass = wanted.filter((logits, sample) => {
    const label = predictedClass(logits);
    const same = predictedClass(reference[sample]!) === label && predictedClass(device[sample]!) === label;
    return !tied[sample] && !same;
  });
  return {
    samples: split.count,
    tolerance,
    deviceDifference: largestDifference(device, wanted),
    referenceDifference: largestDifference(reference, wanted),
    ties: tied.filter((tie) => tie).length,
    otherClass: otherClass.length,
  };
}

/** @throws RunError where the pruned network is not the masked one. */
export function requireTwin(check: TwinCheck, where: string): void {
  const { tolerance, deviceDifference, referenceDifference, otherClass } = check;
  if (otherClass === 0 && deviceDifference <= tolerance && referenceDifference <= tolerance) return;
  const differences = `${deviceDifference.toExponential(1)} on the device, ${referenceDifference.toExponential(1)} in float64`;
  throw new RunError({
    what: "the pruned network is not the masked one",
    where,
    expected: `the same class on all ${check.samples} test samples, logits within ${tolerance.toExponential(1)}`,
    found: `${otherClass} samples of another class; logits differ by up to ${differences}`,
    fix: "scale the inputs to the order of 1 (--standardize, and a network that was trained so), or try another --adapter",
  });
}
