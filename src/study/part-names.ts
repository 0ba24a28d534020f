/**
 * The name of a part: what it is, its repeat, and the SHA-256 of all that its bytes depend on. Whoever wants a part knows its name
 * before it exists, a part that is there needs no second look at how it came about, and what has changed has another name. Of the
 * configuration a part depends on the fields that its work reads, so that another `--random-draws` keeps networks and counts.
 */
import { type AnyDataset, inputTypeOf, type PagedSplit, type Split } from "../core/dataset.ts";
import { isGreedy } from "../core/sequences.ts";
import { sha256 } from "../core/sha256.ts";
import type { Provenance, RecordedConfig } from "../core/study.ts";
import type { TileForms } from "../core/tiles.ts";
import { encodePlain } from "../formats/plain-bytes.ts";
import { removedFor, ridingFor, shapleyFor } from "../measure-networks.ts";
import { measuresNamed, sequencesNamed } from "../measures/measure-choice.ts";
import { remeasuredAsked } from "../measures/remeasured.ts";
import type { JobStage, Slice } from "./jobs.ts";

/**
 * `checkpoint`: a network in the middle of its training; the latest has the name, and whichever epoch it is after, the same network
 * comes of it. `network`: as it was trained. `counts`: what was counted of it on the validation set, and its accuracies. `table`: the measures
 * of its neurons. `pairs`: how often two of them are both 1. `groups`: what some of them know together. `removals`: what removing them costs.
 * `pair-removals`: what removing two of a layer together costs.
 */
export const partKinds = [
  "checkpoint",
  "network",
  "counts",
  "pairs",
  "table",
  "groups",
  "removals",
  "pair-removals",
] as const;
export type PartKind = (typeof partKinds)[number];

/** The parts whose presence says that a job is done. */
export function lastPartsOf(
  stage: JobStage,
  { pairs, groups, pairRemovals }: Pick<RecordedConfig, "pairs" | "groups" | "pairRemovals">,
): readonly PartKind[] {
  if (stage === "train") return ["network"];
  if (stage === "ablate") return pairRemovals === undefined ? ["removals"] : ["removals", "pair-removals"];
  const beside: PartKind[] = [];
  if (pairs !== undefined) beside.push("pairs");
  if (groups !== undefined) beside.push("groups");
  return [...beside, "table"];
}

/** Whether a store's name is that of a part, not of what is kept beside. */
export const isPartName = (name: string): boolean => partKinds.some((kind) => name.startsWith(`${kind}-`));

/** Another number where the same work gives other bytes, or the same bytes mean something else. */
const FORM = 1;

/**
 * What parts depend on beside the configuration and each other. Node's version is not among it: logarithms and powers are our own
 * (core/elementary.ts), so no bit depends on it.
 */
export interface PartOrigin extends Pick<Provenance, "package" | "dawn" | "adapter"> {
  readonly tiles: TileForms;
  readonly dataset: DataOrigin;
}

/** What parts depend on of the data: a data set has it, and so has the record of a study. */
interface DataOrigin extends Pick<AnyDataset, "sha256" | "classes" | "treatment"> {
  readonly train: Pick<Split, "inputs"> | Pick<PagedSplit, "inputType">;
}

type Field = keyof RecordedConfig;

/** Which work reads a field of the configuration. What `data` and its companions lead to, the data's own checksum says. */
const readBy: Readonly<Record<Field, readonly PartKind[]>> = {
  data: [],
  label: [],
  noHeader: [],
  drop: [],
  classes: [],
  split: [],
  normalize: [],
  standardize: [],
  models: [],
  assumedActivation: [],
  alpha: [],
  weightsLayout: [],
  channels: [],
  repeats: [],
  seed: ["checkpoint", "network", "groups", "removals"],
  hidden: ["checkpoint", "network"],
  activation: ["checkpoint", "network"],
  // A step does not depend on how many are to come.
  epochs: ["network"],
  batchSize: ["checkpoint", "network"],
  learningRate: ["checkpoint", "network"],
  l2: ["checkpoint", "network"],
  noisyLabels: ["checkpoint", "network"],
  quantizeThreshold: ["counts", "pairs"],
  bits: ["counts"],
  bins: ["counts"],
  measures: ["table"],
  // By counting, where measures ask for Shapley values.
  shapleyDraws: [],
  shapleyError: [],
  // By tables, where measures ask for what is searched for.
  greedyBlock: [],
  remeasure: [],
  pairs: ["pairs"],
  groups: ["groups"],
  scopes: ["removals"],
  modes: ["removals", "pair-removals"],
  randomDraws: ["removals"],
  stride: ["removals"],
  sweep: ["removals"],
  singles: ["removals"],
  pairRemovals: ["pair-removals"],
};

/** Fields that a slice says itself, or has nothing to do with. */
const unreadBySlice: Readonly<Record<Slice["kind"], readonly Field[]>> = {
  curves: ["scopes", "modes", "singles"],
  singles: ["scopes", "randomDraws", "stride", "sweep"],
};

/** The fields of the configuration that a part depends on. */
function fieldsRead(kind: PartKind, config: RecordedConfig, slice?: Slice): Readonly<Record<string, unknown>> {
  const unread = slice === undefined ? [] : unreadBySlice[slice.kind];
  const fields = Object.keys(readBy) as Field[];
  const own = fields.filter((field) => readBy[field].includes(kind) && !unread.includes(field));
  const read = Object.fromEntries(own.map((field) => [field, config[field]]));
  if (kind === "counts") return { ...read, ...gatheredFor(config) };
  return kind === "table" ? { ...read, ...searchedFor(config) } : read;
}

/** Orders that no column gives are searched for in the scopes that are asked for. */
function searchedFor(config: RecordedConfig): Readonly<Record<string, unknown>> {
  const sequences = sequencesNamed(config.measures);
  const remeasures = remeasuredAsked(config).length > 0;
  if (sequences.length === 0 && !remeasures) return {};
  const { scopes, modes, remeasure, greedyBlock = 1 } = config;
  return { scopes, ...(sequences.some(isGreedy) && { greedyBlock }), ...(remeasures && { modes, remeasure }) };
}

/** Of the measures, counting reads no more than what has to be gathered. */
function gatheredFor(config: RecordedConfig): Readonly<Record<string, unknown>> {
  const measures = measuresNamed(config.measures);
  const removed = removedFor(measures);
  const shapley = shapleyFor(measures, config);
  return { riding: ridingFor(measures), ...(removed.length > 0 && { removed }), ...(shapley && { shapley }) };
}

/** The data as networks are given them: as they were read, and what was done with them since. */
function dataRead({ sha256, classes, train, treatment }: DataOrigin): unknown {
  return { sha256, classes, inputType: inputTypeOf(train), ...(treatment && { treatment }) };
}

export interface PartPlace {
  readonly kind: PartKind;
  readonly repeat: number;
  readonly slice?: Slice;
}

const sliceText = (slice: Slice) => (slice.kind === "curves" ? `${slice.scope}-${slice.mode}` : slice.kind);

/** `network-003`, `removals-000-layer1-zero`. */
export function placeText({ kind, repeat, slice }: PartPlace): string {
  const place = `${kind}-${String(repeat).padStart(3, "0")}`;
  return slice === undefined ? place : `${place}-${sliceText(slice)}`;
}

/** The same data with the fields of every record in one order, so that equal data have equal bytes. */
function inOrder(value: unknown): unknown {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, one]) => [name, inOrder(one)]));
}

/** `network-003-` and 64 hexadecimal digits. @param before names of the parts that it is made from */
export async function partName(
  place: PartPlace,
  config: RecordedConfig,
  { dataset, ...origin }: PartOrigin,
  before: readonly string[],
): Promise<string> {
  const reads = fieldsRead(place.kind, config, place.slice);
  const depends = { form: FORM, place, origin, data: dataRead(dataset), reads, before };
  return `${placeText(place)}-${await sha256(encodePlain(inOrder(depends)))}`;
}

/** The name of a part that was given, not made: by what it holds. */
export async function contentName(place: PartPlace, content: unknown): Promise<string> {
  return `${placeText(place)}-${await sha256(encodePlain(inOrder(content)))}`;
}
