/** The options of the library, and what each may be; a new field of their types does not compile until it is said here. */

import { type AblationMode, type AskedSingles, ablationModes } from "./core/ablation.ts";
import type { Dataset } from "./core/dataset.ts";
import { UsageError } from "./core/errors.ts";
import { weightsLayouts } from "./core/layer-chain.ts";
import { type FittedNetwork, fittedTo } from "./core/network-fit.ts";
import {
  type Check,
  callback,
  decimalNumber,
  evenNumber,
  layerActivationCheck,
  meanAndDeviation,
  oneName,
  share,
  shares,
  signedNumber,
  singlesCheck,
  someNames,
  someText,
  texts,
  wholeNumber,
  yesOrNo,
} from "./core/option-checks.ts";
import { type PairRemovalScope, pairRemovalScopes } from "./core/pair-removals.ts";
import { type PairScope, pairScopes } from "./core/pairs.ts";
import type { ProgressListener } from "./core/progress.ts";
import { type BinRule, binRules } from "./core/quantization.ts";
import { requireNetwork } from "./core/require-network.ts";
import { type Checks, requireOptions, requireRecord, requireValue } from "./core/require-options.ts";
import { type ChannelOrder, channelOrders } from "./core/sample-axes.ts";
import { networkScopes, parseScope, type ScopeKind, scopeKinds, scopeText } from "./core/scope.ts";
import { type SweepMethod, sweepMethods } from "./core/study.ts";
import { decimalRanges, memoryRange, wholeRanges } from "./core/study-defaults.ts";
import { products, type TileForm, type TileForms, tileForms } from "./core/tiles.ts";
import { inputsForNetworks } from "./data/inputs/inputs-for-networks.ts";
import type { DataOptions } from "./data/open-data.ts";
import type { MeasuredNetwork } from "./measure-networks.ts";
import { measuresCheck, sequencesNamed } from "./measures/measure-choice.ts";
import { measures } from "./measures/registry.ts";
import type { ReadOptions } from "./models/model-reader.ts";
import { type PruneAmount, type PruneRequest, type PruneScope, requireMeasure } from "./pruning/choose-removals.ts";
import { requireMeasured } from "./pruning/require-measured.ts";

export interface OpenDeviceOptions {
  /** Part of an adapter's name, as `gpu-importance doctor` lists them; by default the best. */
  readonly adapter?: string;
  /** Bytes to plan with; by default half of what there is. */
  readonly memoryBytes?: number;
  /** Form of all products' kernels, or of each; by default what suits such an adapter. It decides rounding. */
  readonly tiles?: TileForm | TileForms;
}

export interface MeasureOptions {
  /** Names, or `paper` (the default) or `all`. */
  readonly measures?: readonly string[];
  /** Outputs are measured at 2^bits levels, 1 to 8; 1, the default: whether they exceed a threshold. */
  readonly bits?: number;
  /** Where levels part, for more than one bit. */
  readonly bins?: BinRule;
  /** Of one bit; by default the activation's value at 0. */
  readonly quantizeThreshold?: number;
  /** Permutations that Shapley values are sampled from, an even number; by default 100. Games of up to 8 neurons need none. */
  readonly shapleyDraws?: number;
  /** Nats: no more are sampled once half of every 95 % interval is at most this. By default all are. */
  readonly shapleyError?: number;
  /** Of those permutations; by default 0. */
  readonly seed?: number;
  /** Neurons that a greedy search removes at a step; by default 1. */
  readonly greedyBlock?: number;
}

export interface AblateOptions {
  /** Names, for example `mutual-information`, or `paper` or `all`; `analyze` takes the paper's by default, `ablate` those that were measured. */
  readonly measures?: readonly string[];
  readonly scopes?: readonly ScopeKind[];
  readonly modes?: readonly AblationMode[];
  /** Random orders a scope, beside those by measures; by default 5. */
  readonly randomDraws?: number;
  readonly seed?: number;
  /** Neurons removed between two evaluations; by default 1. */
  readonly stride?: number;
  readonly sweep?: SweepMethod;
  /** Neurons that are removed alone: `all`, the default, `none`, or at most so many of each layer, drawn by the seed. */
  readonly singles?: AskedSingles;
  /** Pairs of neurons that are removed together: all of each layer. By default none. */
  readonly pairRemovals?: PairRemovalScope;
}

export interface AnalyzeOptions extends AblateOptions {
  /** Steps, random orders and permutations are as fine as so many minutes allow, by short trials; `stride`, `randomDraws` and `shapleyDraws` are not looked at then. */
  readonly minutes?: number;
  /** What the files of networks leave unsaid; for those that are given by their paths. */
  readonly reading?: ReadOptions;
  /** How data are read; for those that are given by name or path. */
  readonly reader?: DataOptions;
  /** Megabytes (10^6 bytes): larger inputs are read page by page, from temporary files. By default an eighth of the memory. */
  readonly dataMemory?: number;
  /** Outputs are measured at 2^bits levels, 1 to 8; 1, the default: whether they exceed a threshold. */
  readonly bits?: number;
  /** Where the networks have the channels of pictures, if their files do not say it. */
  readonly channels?: ChannelOrder;
  /** Where levels part, for more than one bit. */
  readonly bins?: BinRule;
  /** Of one bit; by default the activation's value at 0. */
  readonly quantizeThreshold?: number;
  /** Permutations that Shapley values are sampled from, an even number; by default 100. Games of up to 8 neurons need none. */
  readonly shapleyDraws?: number;
  /** Nats: no more are sampled once half of every 95 % interval is at most this. By default all are. */
  readonly shapleyError?: number;
  /** Neurons that a greedy search removes at a step; by default 1. */
  readonly greedyBlock?: number;
  /** Neurons that go before every measure ranks those that are left anew: further orders, `<measure>_remeasured_<mode>`. By default none. */
  readonly remeasure?: number;
  /** Pairs of neurons that are counted: of each layer, or of all layers. By default none. */
  readonly pairs?: PairScope;
  /** Neurons of groups whose information is worked out: the first of each ranking, and the most informative. By default none. */
  readonly groups?: number;
  /** Told of how far the work is. */
  readonly onProgress?: ProgressListener;
}

const measureNames = measures.map(({ name }) => name);

/** 10^6 bytes. */
const MEGABYTE = 1e6;

export const path = someText("a path");
export const dataSource = someText("mnist, the name of fetched data, or a path");

const oneForm = oneName(tileForms);

/** A form for all products, or `{ forward_layer, hidden_delta, update_parameters }`. */
const tilesCheck: Check<TileForm | TileForms> = {
  allowed: `${oneForm.allowed}, or an object with one of them for each of ${products.join(", ")}`,
  names: tileForms,
  take(value) {
    const all = oneForm.take(value);
    if (all !== undefined) return all;
    if (typeof value !== "object" || value === null || Object.keys(value).length !== products.length) return undefined;
    const forms = products.map((name) => [name, oneForm.take((value as Record<string, unknown>)[name])] as const);
    return forms.every(([, form]) => form !== undefined) ? (Object.fromEntries(forms) as TileForms) : undefined;
  },
};

export const deviceChecks: Checks<OpenDeviceOptions> = {
  adapter: someText("part of an adapter's name"),
  memoryBytes: wholeNumber({ least: memoryRange.least * MEGABYTE, most: memoryRange.most * MEGABYTE }),
  tiles: tilesCheck,
};

export const dataChecks: Checks<DataOptions> = {
  label: someText("a column"),
  drop: texts("names of columns"),
  noHeader: yesOrNo,
  classes: texts("names of classes in the order of the outputs", 2),
  outputs: wholeNumber({ least: 1, most: 2 ** 16 }),
  onNote: callback<(line: string) => void>(),
  split: shares,
  normalize: meanAndDeviation,
  standardize: yesOrNo,
};

export const readChecks: Checks<ReadOptions> = {
  activation: layerActivationCheck,
  normalize: meanAndDeviation,
  weightsLayout: oneName(weightsLayouts),
};

const shapleyChecks = {
  shapleyDraws: evenNumber(wholeRanges.shapleyDraws),
  shapleyError: decimalNumber(decimalRanges.shapleyError),
};

export const measureChecks: Checks<MeasureOptions> = {
  measures: measuresCheck,
  bits: wholeNumber(wholeRanges.bits),
  bins: oneName(binRules),
  quantizeThreshold: signedNumber(),
  ...shapleyChecks,
  seed: wholeNumber(wholeRanges.seed),
  greedyBlock: wholeNumber(wholeRanges.greedyBlock),
};

export const ablateChecks: Checks<AblateOptions> = {
  measures: measuresCheck,
  scopes: someNames(scopeKinds),
  modes: someNames(ablationModes),
  randomDraws: wholeNumber(wholeRanges.randomDraws),
  seed: wholeNumber(wholeRanges.seed),
  stride: wholeNumber(wholeRanges.stride),
  sweep: oneName(sweepMethods),
  singles: singlesCheck(wholeRanges.singles),
  pairRemovals: oneName(pairRemovalScopes),
};

export const analyzeChecks: Checks<AnalyzeOptions> = {
  ...ablateChecks,
  reading: { fields: readChecks },
  reader: { fields: dataChecks },
  channels: oneName(channelOrders),
  dataMemory: wholeNumber({ least: 0, most: memoryRange.most }),
  minutes: wholeNumber(wholeRanges.minutes),
  bits: wholeNumber(wholeRanges.bits),
  bins: oneName(binRules),
  quantizeThreshold: signedNumber(),
  ...shapleyChecks,
  pairs: oneName(pairScopes),
  groups: wholeNumber(wholeRanges.groups),
  greedyBlock: wholeNumber(wholeRanges.greedyBlock),
  remeasure: wholeNumber(wholeRanges.remeasure),
  onProgress: callback<ProgressListener>(),
};

export const fitChecks: Checks<{ readonly channels?: ChannelOrder }> = { channels: oneName(channelOrders) };

export const writeChecks: Checks<{ readonly force?: boolean }> = { force: yesOrNo };

const pruneScope: Check<PruneScope> = {
  allowed: `layers, ${networkScopes.join(", ")}, layer1, layer2, ...`,
  names: ["layers", ...networkScopes, "layer1"],
  take(value) {
    if (value === "layers") return value;
    const known = typeof value === "string" ? parseScope(value) : undefined;
    return known === undefined ? undefined : scopeText(known);
  },
};

const amountChecks = {
  keepShare: share({ zero: false }),
  keepCount: wholeNumber({ least: 1, most: 2 ** 24 }),
  maxAccuracyLoss: share({ zero: true }),
};

const requestChecks: Checks<Omit<PruneRequest, "amount"> & { readonly amount: object }> = {
  measure: oneName(measureNames),
  mode: oneName(ablationModes),
  scope: pruneScope,
  amount: { allowed: "an object", take: (value) => (typeof value === "object" && value !== null ? value : undefined) },
};

/** @throws UsageError where a field is missing, misspelt or not allowed, or more than one amount is given. */
export function requirePruneRequest(value: unknown, where: string): PruneRequest {
  const fields = requireRecord(value, "the request", where);
  const request = requireOptions(fields, requestChecks, where, ["measure", "mode", "scope", "amount"]);
  const place = `${where}, amount`;
  const amount = requireOptions<{ [Name in keyof typeof amountChecks]?: number }>(request.amount, amountChecks, place);
  const names = Object.keys(amount);
  if (names.length === 1) return { ...request, amount: amount as PruneAmount };
  throw new UsageError({
    what: "say in exactly one way how many neurons to remove",
    where: place,
    expected: `one of ${Object.keys(amountChecks).join(", ")}`,
    found: names.length === 0 ? "none of them" : names.join(" and "),
    fix: "{ keepShare: 0.5 }, for example",
  });
}

const list: Check<readonly unknown[]> = {
  allowed: "an array",
  take: (value) => (Array.isArray(value) ? Array.from(value) : undefined),
};

/** @throws UsageError where the value is not a list. */
export function requireList(value: unknown, name: string, where: string): readonly unknown[] {
  return requireValue(value, list, name, where);
}

/** Options that say how files are read change nothing of what is in memory. @throws UsageError where one is given with it. */
export function refuseReading(options: AnalyzeOptions, data: unknown, networks: readonly unknown[]): void {
  const refuse = (name: string, what: string): never => {
    throw new UsageError({
      what: `option ${name} changes nothing of ${what} in memory`,
      where: "analyze",
      expected: `${name} beside the path of a file`,
      found: `${what} that was read or made before`,
      fix: `leave ${name} out: pass such options to what reads the file`,
    });
  };
  if (options.reader !== undefined && typeof data !== "string") refuse("reader", "data");
  if (options.reading !== undefined && networks.every((each) => typeof each !== "string"))
    refuse("reading", "networks");
}

/**
 * The network as one that takes the data's samples, and the data with a class for each of its outputs and their inputs as the
 * network takes them.
 * @throws UsageError where it does not hold together, RunError where it is not one of the data's.
 */
export function fitting(
  value: unknown,
  data: Dataset,
  where: string,
): Pick<FittedNetwork<Dataset>, "network" | "dataset"> {
  const fitted = fittedTo(requireNetwork(value, where), data, { where });
  const { dataset, networks } = inputsForNetworks(fitted.dataset, [{ file: where, network: fitted.network }]);
  return { dataset, network: networks[0]!.network };
}

/** @returns `fitted`: the data with a class for each output of the network */
export function fittingMeasured(value: unknown, dataset: Dataset): MeasuredNetwork & { readonly fitted: Dataset } {
  const measured = requireMeasured(value, "measured");
  const { network, dataset: fitted } = fitting(measured.network, dataset, "measured, network");
  return { ...measured, network, fitted };
}

/** The ids of the measures that the table holds. */
export function measuredColumns({ measures: columns, sequences = {} }: MeasuredNetwork["table"]): string[] {
  const ids = [...Object.keys(columns), ...Object.keys(sequences)];
  if (ids.length > 0) return ids;
  const fix = "measure the network with measureNetworks";
  const fault = { what: "the table has no measures", where: "measured, table", expected: "one or more", found: "none" };
  throw new UsageError({ ...fault, fix });
}

/** The id of a measure or sequence that the table holds. */
export function requireOrdering(table: MeasuredNetwork["table"], name: string): string {
  const [sequence] = sequencesNamed([name]);
  if (sequence === undefined) return requireColumn(table, name);
  const found = Object.keys(table.sequences ?? {});
  if (found.includes(sequence.id)) return sequence.id;
  throw new UsageError({
    what: "the table does not have the sequence",
    where: "measured, table",
    expected: `${sequence.id} among its sequences`,
    found: found.join(", ") || "no sequences",
    fix: "measure the network with measureNetworks, or leave that sequence out",
  });
}

/** The id of a measure that the table holds. */
export function requireColumn({ measures: columns }: MeasuredNetwork["table"], name: string): string {
  const { id } = requireMeasure(name);
  if (id in columns) return id;
  const expected = `a column ${id}`;
  const found = Object.keys(columns).join(", ") || "no measures";
  const fix = "measure the network with measureNetworks, or leave that measure out";
  throw new UsageError({ what: "the table does not have the measure", where: "measured, table", expected, found, fix });
}
