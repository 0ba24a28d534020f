/** What measuring takes on a device, and how many networks are measured at once. Plain arithmetic, nothing allocated. */
import type { InputType } from "../core/dataset.ts";
import type { Widths } from "../core/network.ts";
import { levelsOf, type Quantization } from "../core/quantization.ts";
import { splitArrays } from "./device-split.ts";
import { bitsArrays } from "./evidence/bits.ts";
import { classSumsArrays } from "./evidence/class-sums.ts";
import { levelArrays } from "./evidence/level-counts.ts";
import { extremesArrays, needsExtremes, readingRows } from "./evidence/level-edges.ts";
import type { RiderArrays } from "./evidence/ride.ts";
import { chunksOf, forwardOperations, rowsPerChunk } from "./forward-pass.ts";
import { forward } from "./generated/shaders.ts";
import { BLOCK } from "./kernels/tally.ts";
import { lanesOf } from "./packing.ts";
import {
  type Amount,
  bindingBytes,
  chunkBytes,
  largestGrowth,
  largestOf,
  leastOf,
  type PlanBasis,
  type PlannedArray,
  scalarArray,
  totalBytes,
  uniformArray,
} from "./plan-basis.ts";
import { rightWords } from "./right-bits.ts";

/** What decides the size of every array of measuring. */
export interface MeasuringSize {
  readonly widths: Widths;
  readonly inputType: InputType;
  /** Samples of the validation and of the test set. */
  readonly validation: number;
  readonly test: number;
  /** Where there are more than two levels. */
  readonly quantization?: Quantization | undefined;
  /** Whether measures ask for class sums. */
  readonly classSums: boolean;
  /** Whether the validation set is read page by page. */
  readonly paged: boolean;
}

export function parameterArrays(widths: Widths, networks: number): PlannedArray[] {
  return widths
    .slice(1)
    .map((outputs, layer) => scalarArray(`layer ${layer} parameters`, networks, outputs, lanesOf(widths[layer]!)));
}

/** A forward pass of `networks` networks over chunks of `rows` samples (createForwardPass). */
export function forwardPassArrays(
  basis: PlanBasis,
  widths: Widths,
  networks: number,
  samples: number,
  rows: number,
): PlannedArray[] {
  return [
    ...widths.slice(1).map((outputs, layer) => scalarArray(`layer ${layer} outputs`, networks, rows, lanesOf(outputs))),
    scalarArray("jobs", networks, forward.structs.Job.size / 4),
    uniformArray(basis, "forward batches", chunksOf(samples, rows).length),
    uniformArray(basis, "forward layers", widths.length - 1),
  ];
}

/** Tallies of `jobs` jobs (createTallier). */
function tallyRider(basis: PlanBasis, jobs: number, samples: number, parts: number): RiderArrays {
  const blocks = Math.ceil(samples / BLOCK);
  const right = scalarArray("right", jobs, rightWords(samples));
  return {
    arrays: [uniformArray(basis, "tally ranges", parts), scalarArray("losses", jobs, blocks), right],
    read: right,
  };
}

/** Tallies, with the copy that is read back. */
export function tallyArrays(basis: PlanBasis, jobs: number, samples: number, parts: number): PlannedArray[] {
  return withRead([tallyRider(basis, jobs, samples, parts)]);
}

function withRead(riders: readonly RiderArrays[]): PlannedArray[] {
  const read = largestOf(riders.map((rider) => rider.read));
  return [...riders.flatMap(({ arrays }) => arrays), { ...read, name: `read ${read.name}` }];
}

/** A forward pass over chunks of `rows` samples and what rides on it. */
function passWith(
  basis: PlanBasis,
  { widths }: MeasuringSize,
  networks: number,
  { samples, rows }: { readonly samples: number; readonly rows: number },
  riders: (chunks: number) => readonly RiderArrays[],
): PlannedArray[] {
  const forwardArrays = forwardPassArrays(basis, widths, networks, samples, rows);
  return [...forwardArrays, ...withRead(riders(chunksOf(samples, rows).length))];
}

/** Each pass (measure-networks.ts): over the validation set all that can ride at once, then levels; over the test set accuracy. */
function passArrays(basis: PlanBasis, size: MeasuringSize, networks: number): PlannedArray[][] {
  const { widths, validation, test, quantization } = size;
  const chunk = (samples: number) => ({ samples, rows: rowsPerChunk(basis, samples, networks, widths) });
  const first = passWith(basis, size, networks, chunk(validation), (chunks) => [
    tallyRider(basis, networks, validation, chunks),
    bitsArrays(basis, widths, networks, validation, chunks),
    ...(size.classSums ? [classSumsArrays(basis, size, networks, chunks)] : []),
    ...(quantization && needsExtremes(quantization.bins) ? [extremesArrays(basis, widths, networks, chunks)] : []),
  ]);
  const onTest = passWith(basis, size, networks, chunk(test), (chunks) => [tallyRider(basis, networks, test, chunks)]);
  if (quantization === undefined) return [first, onTest];
  const levels = levelsOf(quantization);
  const counting = passWith(basis, size, networks, chunk(validation), (chunks) => [
    levelArrays(basis, widths, networks, levels, chunks),
  ]);
  return [first, onTest, counting, ...(needsExtremes(quantization.bins) ? [] : [readingArrays(basis, size, networks)])];
}

/** Outputs of one layer read back, for quantiles. */
function readingArrays(basis: PlanBasis, { widths, validation }: MeasuringSize, networks: number): PlannedArray[] {
  const rows = readingRows(basis, validation, networks, widths);
  const pass = forwardPassArrays(basis, widths, networks, validation, rows);
  const largest = largestOf(pass.slice(0, widths.length - 2));
  return [...pass, { ...largest, name: `read ${largest.name}` }];
}

/** Every array that is alive at the fullest moment of measuring `networks` networks at once. */
export function measuringArrays(basis: PlanBasis, size: MeasuringSize, networks: number): PlannedArray[] {
  const { widths, inputType, validation, test } = size;
  const passes = passArrays(basis, size, networks);
  return [
    ...splitArrays("validation", inputType, validation, widths[0]!),
    ...splitArrays("test", inputType, test, widths[0]!),
    ...parameterArrays(widths, networks),
    ...passes.reduce((fullest, one) => (totalBytes(one) > totalBytes(fullest) ? one : fullest)),
  ];
}

/**
 * How many networks are measured at once: as many as keep every array within a binding, the smallest chunk within the
 * time of a unit, and everything with such a chunk within half of the memory: the other half is for larger chunks.
 */
export function networksAtOnce(basis: PlanBasis, size: MeasuringSize, networks: number): Amount {
  const smallest: PlanBasis = { ...basis, memoryBytes: 0 };
  const one = totalBytes(measuringArrays(smallest, size, 1));
  const another = totalBytes(measuringArrays(smallest, size, 2)) - one;
  const growing = (count: number) => [
    ...parameterArrays(size.widths, count),
    ...passArrays(smallest, size, count).flat(),
  ];
  return leastOf({
    all: networks,
    binding: bindingBytes(basis) / largestGrowth(growing),
    memory: 1 + (basis.memoryBytes - chunkBytes(basis) - one) / another,
    time: basis.pace.unitOperations / (BLOCK * forwardOperations(size.widths)),
  });
}
