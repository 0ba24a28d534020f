/** What measuring takes on a device, and how many networks are measured at once. Plain arithmetic, nothing allocated. */
import type { InputType } from "../core/dataset.ts";
import type { Widths } from "../core/network.ts";
import { levelsOf, type Quantization } from "../core/quantization.ts";
import { splitArrays } from "./device-split.ts";
import { chunksOf, forwardOperations, rowsPerChunk } from "./forward-pass.ts";
import { forward } from "./generated/shaders.ts";
import { WORD } from "./kernels/histogram.ts";
import { BLOCK } from "./kernels/tally.ts";
import { needsExtremes } from "./level-edges.ts";
import { levelRows } from "./level-pass.ts";
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

/** Tallies of `jobs` jobs (createTallier), with the copy that is read back. */
export function tallyArrays(basis: PlanBasis, jobs: number, samples: number, parts: number): PlannedArray[] {
  const blocks = Math.ceil(samples / BLOCK);
  return [
    uniformArray(basis, "tally ranges", parts),
    scalarArray("losses", jobs, blocks),
    ...["right", "read right"].map((name) => scalarArray(name, jobs, rightWords(samples))),
  ];
}

/** Bits, sums and counts of every hidden layer (countNeurons), with the largest copy that is read back. */
function countArrays(basis: PlanBasis, widths: Widths, networks: number, samples: number, chunks: number) {
  const words = Math.ceil(samples / WORD);
  const classes = widths.at(-1)!;
  const layers = widths
    .slice(1, -1)
    .flatMap((units, layer) => [
      scalarArray(`layer ${layer} bits`, networks, units, words),
      scalarArray(`layer ${layer} blocks`, networks, units, words, 2),
      scalarArray(`layer ${layer} counts`, networks, units, classes),
    ]);
  const read = layers.filter(({ name }) => / blocks$| counts$/.test(name));
  return [
    scalarArray("class bits", classes, words),
    ...layers,
    ...widths.slice(1, -1).map((_, layer) => uniformArray(basis, `layer ${layer} chunks`, chunks)),
    { ...largestOf(read), name: `read ${largestOf(read).name}` },
  ];
}

/** Finding edges, and counting (countLevels), each with the largest copy that is read back. */
function levelArrays(
  basis: PlanBasis,
  widths: Widths,
  networks: number,
  samples: number,
  quantization: Quantization,
): PlannedArray[][] {
  const rows = levelRows(basis, samples, networks, widths);
  const chunks = chunksOf(samples, rows).length;
  const levels = levelsOf(quantization);
  const pass = forwardPassArrays(basis, widths, networks, samples, rows);
  const ranged = needsExtremes(quantization.bins);
  const hidden = widths.slice(1, -1);
  const chunkArrays = hidden.map((_, layer) => uniformArray(basis, `layer ${layer} chunks`, chunks));
  const extremes = hidden.map((units, layer) => scalarArray(`layer ${layer} extremes`, networks, units, 2));
  const outputs = pass.slice(0, hidden.length);
  const histograms = hidden.map((units, layer) =>
    scalarArray(`layer ${layer} histograms`, networks, units, levels, widths.at(-1)!),
  );
  const edges = hidden.map((units, layer) => scalarArray(`layer ${layer} edges`, networks, units, levels - 1));
  const readBack = (arrays: readonly PlannedArray[]) => ({
    ...largestOf(arrays),
    name: `read ${largestOf(arrays).name}`,
  });
  const finding = ranged ? [...pass, ...chunkArrays, ...extremes, readBack(extremes)] : [...pass, readBack(outputs)];
  const counting = [...pass, ...chunkArrays, ...edges, ...histograms, readBack(histograms)];
  return [finding, counting];
}

/** What each pass adds: accuracy on either set, counts on the validation set. */
function passArrays(
  basis: PlanBasis,
  { widths, validation, test, quantization }: MeasuringSize,
  networks: number,
): PlannedArray[][] {
  const pass = (samples: number, rest: (chunks: number) => PlannedArray[]) => {
    const rows = rowsPerChunk(basis, samples, networks, widths);
    return [...forwardPassArrays(basis, widths, networks, samples, rows), ...rest(chunksOf(samples, rows).length)];
  };
  return [
    pass(validation, (chunks) => tallyArrays(basis, networks, validation, chunks)),
    pass(test, (chunks) => tallyArrays(basis, networks, test, chunks)),
    pass(validation, (chunks) => countArrays(basis, widths, networks, validation, chunks)),
    ...(quantization ? levelArrays(basis, widths, networks, validation, quantization) : []),
  ];
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
