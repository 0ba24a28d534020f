/** What measuring takes on a device, and how many networks are measured at once. Plain arithmetic, nothing allocated. */
import type { InputType } from "../core/dataset.ts";
import type { Widths } from "../core/network.ts";
import { levelsOf, type Quantization } from "../core/quantization.ts";
import { parametersLayout } from "./device-networks.ts";
import { splitLayout } from "./device-split.ts";
import { chunksOf, forwardOperations, forwardPassLayout, type PassSize, rowsPerChunk } from "./forward-pass.ts";
import { WORD } from "./kernels/histogram.ts";
import { BLOCK } from "./kernels/tally.ts";
import { plannedArrays } from "./layout.ts";
import { needsExtremes } from "./level-edges.ts";
import { levelRows } from "./level-pass.ts";
import {
  type Amount,
  bindingBytes,
  chunkBytes,
  largestGrowth,
  leastOf,
  type PlanBasis,
  type PlannedArray,
  readBack,
  scalarArray,
  totalBytes,
  uniformArray,
} from "./plan-basis.ts";
import { tallyArrays, tallyLayout } from "./tally.ts";

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
    readBack(read),
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
  const layout = forwardPassLayout({ widths, networks, samples, rows });
  const pass = plannedArrays(basis, layout);
  const ranged = needsExtremes(quantization.bins);
  const hidden = widths.slice(1, -1);
  const chunkArrays = hidden.map((_, layer) => uniformArray(basis, `layer ${layer} chunks`, chunks));
  const extremes = hidden.map((units, layer) => scalarArray(`layer ${layer} extremes`, networks, units, 2));
  const outputs = layout.layer
    .slice(0, -1)
    .flatMap((layer, index) => plannedArrays(basis, layer.outputs, `layer ${index} outputs`));
  const histograms = hidden.map((units, layer) =>
    scalarArray(`layer ${layer} histograms`, networks, units, levels, widths.at(-1)!),
  );
  const edges = hidden.map((units, layer) => scalarArray(`layer ${layer} edges`, networks, units, levels - 1));
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
    const size: PassSize = { widths, networks, samples, rows };
    return [...plannedArrays(basis, forwardPassLayout(size)), ...rest(chunksOf(samples, rows).length)];
  };
  return [
    pass(validation, (chunks) => tallyArrays(basis, tallyLayout(networks, validation, chunks))),
    pass(test, (chunks) => tallyArrays(basis, tallyLayout(networks, test, chunks))),
    pass(validation, (chunks) => countArrays(basis, widths, networks, validation, chunks)),
    ...(quantization ? levelArrays(basis, widths, networks, validation, quantization) : []),
  ];
}

/** Every array that is alive at the fullest moment of measuring `networks` networks at once. */
export function measuringArrays(basis: PlanBasis, size: MeasuringSize, networks: number): PlannedArray[] {
  const { widths, inputType, validation, test } = size;
  const passes = passArrays(basis, size, networks);
  return [
    ...plannedArrays(basis, splitLayout(inputType, validation, widths[0]!), "validation"),
    ...plannedArrays(basis, splitLayout(inputType, test, widths[0]!), "test"),
    ...plannedArrays(basis, parametersLayout(widths, networks)),
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
    ...plannedArrays(smallest, parametersLayout(size.widths, count)),
    ...passArrays(smallest, size, count).flat(),
  ];
  return leastOf({
    all: networks,
    binding: bindingBytes(basis) / largestGrowth(growing),
    memory: 1 + (basis.memoryBytes - chunkBytes(basis) - one) / another,
    time: basis.pace.unitOperations / (BLOCK * forwardOperations(size.widths)),
  });
}
