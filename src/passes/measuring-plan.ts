/** What measuring takes on a device, and how many networks are measured at once. Plain arithmetic, nothing allocated. */
import type { ReplacementMode } from "../core/ablation.ts";
import type { InputType } from "../core/input-type.ts";
import { classesOf, featuresOf, hiddenLayers, hiddenUnits, type NetworkShape } from "../core/layers/network-shape.ts";
import type { PairScope } from "../core/pairs.ts";
import { levelsOf, type Quantization } from "../core/quantization.ts";
import { plannedArrays } from "../gpu/device/layout.ts";
import {
  type Amount,
  bindingBytes,
  chunkBytes,
  largestGrowth,
  leastOf,
  type PlanBasis,
  type PlannedArray,
  readBack,
  totalBytes,
} from "../gpu/device/plan-basis.ts";
import { BLOCK } from "../gpu/kernels/tally.ts";
import { parametersLayout } from "./device-networks.ts";
import { splitLayout } from "./device-split.ts";
import { bitsLayout } from "./evidence/bits.ts";
import { levelsLayout } from "./evidence/level-counts.ts";
import { extremesLayout, needsExtremes, readingRows } from "./evidence/level-edges.ts";
import { momentCopies, momentsLayout, SIGNALS_AT_ONCE, stripGroups } from "./evidence/moments.ts";
import { pairsLayout } from "./evidence/pairs.ts";
import { removalsLayout } from "./evidence/removals.ts";
import { type RiderLayout, ridingBasis } from "./evidence/ride.ts";
import { blocksOf, type RidingEvidence, ridingCopies, ridingKinds, ridingTogether } from "./evidence/riding-kinds.ts";
import { chunksOf, forwardOperations, forwardPassLayout, type PassSize, rowsPerChunk } from "./forward-pass.ts";
import { tallyLayout } from "./tally.ts";

/** A pass by which a sequence is searched for in one network: products of neurons, with or without signals. */
export interface SearchPass {
  readonly kind: "products" | "signals";
  /** Hidden layers, from 0, whose neurons are multiplied. */
  readonly pairs: readonly (readonly [left: number, right: number])[];
}

/** What decides the size of every array of measuring. */
interface MeasuringSize {
  readonly shape: NetworkShape;
  readonly inputType: InputType;
  /** Samples of the validation and of the test set. */
  readonly validation: number;
  readonly test: number;
  /** Where there are more than two levels. */
  readonly quantization?: Quantization | undefined;
  /** What measures ask for that rides on the first pass. */
  readonly riding: readonly RidingEvidence[];
  /** Whether slopes of some activation must be worked out from z. */
  readonly keepsSlopes: boolean;
  /** What stands for neurons that measures remove alone. */
  readonly removed: readonly ReplacementMode[];
  readonly searches: readonly SearchPass[];
  /** Which pairs of neurons are counted; absent: none. */
  readonly pairs?: PairScope | undefined;
  /** Whether outputs of one network are read back, for groups of neurons. */
  readonly groups?: boolean | undefined;
  /** Whether the validation set is read page by page. */
  readonly paged: boolean;
  /** Where measures need sweeps over the validation set: what those of some networks keep beside the data and the networks. */
  sweeps?(basis: PlanBasis, networks: number): readonly PlannedArray[];
  /** Where sequences need walks over the validation set, of one network: what they keep beside the data. */
  searchWalks?(basis: PlanBasis): readonly PlannedArray[];
}

/** A forward pass over chunks and what rides on it, with the largest copy that is read back. */
function passWith(basis: PlanBasis, pass: PassSize, riders: (chunks: number) => readonly RiderLayout[]) {
  const boarded = riders(chunksOf(pass.samples, pass.rows).length);
  return [
    ...plannedArrays(basis, forwardPassLayout(pass)),
    ...boarded.flatMap(({ arrays }) => plannedArrays(basis, arrays)),
    readBack(boarded.flatMap(({ read }) => plannedArrays(basis, read))),
  ];
}

/** Each pass (measure-networks.ts): over the validation set all that can ride at once, then levels; over the test set accuracy. */
function passArrays(basis: PlanBasis, size: MeasuringSize, networks: number): PlannedArray[][] {
  const { shape, validation, test, quantization, riding } = size;
  const pass = (samples: number, copies = 0): PassSize => {
    return { shape, networks, samples, rows: rowsPerChunk(ridingBasis(basis, copies), samples, networks, shape) };
  };
  const [along = [], ...apart] = ridingTogether(riding);
  const together = (kinds: readonly RidingEvidence[]) => ({ ...size, ...pass(validation, ridingCopies(kinds, size)) });
  const ridden = (kinds: readonly RidingEvidence[]) => kinds.map((kind) => ridingKinds[kind].layout(together(kinds)));
  const first = passWith(basis, together(along), (chunks) => [
    tallyRider(networks, validation, chunks),
    bitsLayout(shape, networks, validation, chunks),
    ...ridden(along),
    ...(quantization && needsExtremes(quantization.bins) ? [extremesLayout(shape, networks, chunks)] : []),
  ]);
  const onTest = passWith(basis, pass(test), (chunks) => [tallyRider(networks, test, chunks)]);
  const passes = [
    first,
    ...apart.map((kinds) => passWith(basis, together(kinds), () => ridden(kinds))),
    onTest,
    ...(size.pairs === undefined ? [] : [pairArrays(basis, pass(validation), size.pairs)]),
    ...(size.groups ? [readingArrays(basis, size, 1)] : []),
    ...(size.removed.length > 0 ? [removalArrays(basis, size, pass(validation, 1))] : []),
    ...(size.sweeps === undefined ? [] : [[...size.sweeps(basis, networks)]]),
  ];
  if (quantization === undefined) return passes;
  const levels = levelsOf(quantization);
  const counting = passWith(basis, pass(validation), (chunks) => [levelsLayout(shape, networks, levels, chunks)]);
  return [...passes, counting, ...(needsExtremes(quantization.bins) ? [] : [readingArrays(basis, size, networks)])];
}

/** Pairs of neurons counted. */
function pairArrays(basis: PlanBasis, pass: PassSize, scope: PairScope): PlannedArray[] {
  return passWith(basis, pass, () => [pairsLayout(basis, pass, scope)]);
}

/** Neurons removed alone. */
function removalArrays(basis: PlanBasis, size: MeasuringSize, pass: PassSize): PlannedArray[] {
  const blocks = blocksOf({ ...size, ...pass });
  return passWith(basis, pass, () => [removalsLayout(basis, { ...pass, modes: size.removed }, blocks)]);
}

/** Each search. */
function searchArrays(basis: PlanBasis, size: MeasuringSize): PlannedArray[][] {
  const walks = size.searchWalks === undefined ? [] : [[...size.searchWalks(basis)]];
  return [...walks, ...size.searches.flatMap((search) => multipliedArrays(basis, size, search))];
}

/** Of one network, its pass over the validation set, where riders keep so many copies. */
function searchedPass(
  basis: PlanBasis,
  { shape, validation: samples }: Pick<MeasuringSize, "shape" | "validation">,
  networks: number,
  copies: number,
) {
  const rows = rowsPerChunk(ridingBasis(basis, copies), samples, networks, shape);
  const pass: PassSize = { shape, networks, samples, rows };
  return { pass, parameters: plannedArrays(basis, parametersLayout(shape, networks)) };
}

/** Products of neurons, a group of strips at a time. */
export function multipliedArrays(
  basis: PlanBasis,
  size: Pick<MeasuringSize, "shape" | "validation" | "keepsSlopes" | "paged">,
  { kind, pairs }: SearchPass,
): PlannedArray[][] {
  const sendsSignals = kind === "signals";
  const networks = sendsSignals ? Math.min(SIGNALS_AT_ONCE, classesOf(size.shape)) : 1;
  const { pass, parameters } = searchedPass(basis, size, networks, momentCopies(sendsSignals, size.keepsSlopes));
  const blocks = blocksOf({ ...size, ...pass });
  return stripGroups(basis, hiddenUnits(size.shape), pairs, size.validation).map((strips) => [
    ...parameters,
    ...passWith(basis, pass, () => [momentsLayout({ ...size, ...pass, strips, sendsSignals }, blocks)]),
  ]);
}

/** Tallies of all networks (createTallier). */
function tallyRider(networks: number, samples: number, chunks: number): RiderLayout {
  const arrays = tallyLayout(networks, samples, chunks);
  return { arrays, read: { right: arrays.right } };
}

/** Outputs of one layer read back, for quantiles. */
function readingArrays(basis: PlanBasis, { shape, validation: samples }: MeasuringSize, networks: number) {
  const rows = readingRows(basis, samples, networks, shape);
  const pass = forwardPassLayout({ shape, networks, samples, rows });
  const hidden = { layer: hiddenLayers(pass.layer).map(({ outputs }) => ({ outputs })) };
  return [...plannedArrays(basis, pass), readBack(plannedArrays(basis, hidden))];
}

/** Every array that is alive at the fullest moment of measuring `networks` networks at once. */
export function measuringArrays(basis: PlanBasis, size: MeasuringSize, networks: number): PlannedArray[] {
  const { shape, inputType, validation, test } = size;
  const parameters = plannedArrays(basis, parametersLayout(shape, networks));
  const passes = [
    ...passArrays(basis, size, networks).map((arrays) => [...parameters, ...arrays]),
    ...searchArrays(basis, size),
  ];
  return [
    ...plannedArrays(basis, splitLayout(inputType, validation, featuresOf(shape)), "validation"),
    ...plannedArrays(basis, splitLayout(inputType, test, featuresOf(shape)), "test"),
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
    ...plannedArrays(smallest, parametersLayout(size.shape, count)),
    ...passArrays(smallest, size, count).flat(),
  ];
  return leastOf({
    all: networks,
    binding: bindingBytes(basis) / largestGrowth(growing),
    memory: 1 + (basis.memoryBytes - chunkBytes(basis) - one) / another,
    time: basis.pace.unitOperations / (BLOCK * forwardOperations(size.shape)),
  });
}
