/**
 * A folder of results to what a report is made from. A part that is not there is listed as missing, and the rest is
 * read; a part that is damaged is an error, since a report that hides damage would be believed.
 */
import { rebuildingModes, type SingleRemovals } from "../../core/ablation.ts";
import { RunError } from "../../core/errors.ts";
import { smallest } from "../../core/long-arrays.ts";
import { hasBits, type NeuronTable } from "../../core/neuron-table.ts";
import type { PairDamages } from "../../core/pair-removals.ts";
import type { PairTable } from "../../core/pairs.ts";
import { type FileSource, resultNames } from "../../core/platform.ts";
import { decodeSafetensors } from "../../models/safetensors-model.ts";
import type { MissingPart, StudyFiles } from "../analysis/analysis.ts";
import { parseCurvesCsv } from "./curves-file.ts";
import { parseGroupsCsv } from "./groups-file.ts";
import { parseHistogramsCsv, wantsHistograms } from "./histograms-file.ts";
import { parseNeuronsCsv } from "./neurons-file.ts";
import { requireDigest, requireOneStudy, strange } from "./one-study.ts";
import { parseOrdersCsv } from "./orders-file.ts";
import { samplesOf } from "./outcome-cells.ts";
import { parsePairRemovalsCsv } from "./pair-removals-file.ts";
import { parsePairsCsv } from "./pairs-file.ts";
import { parseSingleCsv } from "./single-file.ts";
import { parseStudyFile, type StudySummary } from "./study-file.ts";

type Part =
  | "study"
  | "neurons"
  | "histograms"
  | "orders"
  | "curves"
  | "single"
  | "pairs"
  | "groups"
  | "pairRemovals"
  | "model";

const MODEL_NAME = /^repeat-(\d+)\.safetensors$/;
const modelsFolder = resultNames.model(0).split("/")[0]!;

/** What a report lacks without a part. */
const costs: Readonly<Record<Part, string>> = {
  study: "figures 5, 6 and 7, how the results were made and by which command, and what chance would give",
  neurons: "figures 2, 5, 6 and 7, the table of measures, and the claims about distributions",
  histograms: "the bias of the measures, and what chance would give",
  orders:
    "the answer, figures 1, 3 and 4 with their comparisons and claims: the rows of curves.csv refer to its orders",
  curves: "the answer, figures 1, 3 and 4 with their comparisons and claims",
  single: "figures 5 and 6 and the rank correlations",
  groups: "what groups of neurons know together",
  pairs: "what pairs of neurons know together, beside chance",
  pairRemovals: "figure 9 and the claims about what pairs of neurons cost together",
  model: "figure 7",
};

/** The folder while it is read. */
class StudyFolder {
  readonly #source: FileSource;
  readonly #present: ReadonlySet<string>;
  readonly missing: MissingPart[] = [];
  /** What study.json says of the other files; undefined where it does not. */
  digests: StudySummary["files"];

  constructor(source: FileSource, present: Iterable<string>) {
    this.#source = source;
    this.#present = new Set(present);
  }

  has(file: string): boolean {
    return this.#present.has(file);
  }

  lacks(part: Part, file: string, reason = "not in the folder"): undefined {
    this.missing.push({ file, reason, cost: costs[part] });
  }

  /** What `parse` makes of the bytes; it is told the name to show in messages. Undefined, and noted, where there is no file. */
  async parse<T>(part: Part, file: string, parse: (bytes: Uint8Array, shown: string) => T): Promise<T | undefined> {
    if (!this.#present.has(file)) return this.lacks(part, file);
    const shown = `${this.#source.label}/${file}`;
    const bytes = await this.#source.read(file);
    if (part !== "study") await this.#requireKnown(bytes, file, shown);
    return parse(bytes, shown);
  }

  /** @throws RunError where study.json tells of other files, or of other bytes. */
  async #requireKnown(bytes: Uint8Array, file: string, shown: string): Promise<void> {
    if (this.digests === undefined) return;
    const expected = this.digests[file];
    if (expected === undefined) throw strange(shown, "one of the files that study.json names", "another");
    await requireDigest(bytes, expected, shown);
  }

  /** Compares files that nothing is read from, where study.json tells of them. @throws RunError */
  async requireOwn(files: readonly string[]): Promise<void> {
    if (this.digests === undefined) return;
    for (const file of files) {
      await this.#requireKnown(await this.#source.read(file), file, `${this.#source.label}/${file}`);
    }
  }

  parseText<T>(part: Part, file: string, parse: (text: string, shown: string) => T): Promise<T | undefined> {
    return this.parse(part, file, (bytes, shown) => parse(new TextDecoder().decode(bytes), shown));
  }
}

/** The number of the first network whose weights are in the folder. */
function firstModel(names: readonly string[]): number | undefined {
  const repeats = names.flatMap((name) => MODEL_NAME.exec(name)?.[1] ?? []).map(Number);
  return repeats.length === 0 ? undefined : smallest(repeats);
}

/** @throws RunError where none of the files is one of ours. */
function requireResults(source: FileSource, present: readonly string[]): void {
  const { study, neurons, orders, curves, single } = resultNames;
  const tables = [study, neurons, orders, curves, single];
  if (present.some((name) => tables.includes(name as (typeof tables)[number]) || name.startsWith(modelsFolder))) return;
  throw new RunError({
    what: "there are no results in this folder",
    where: source.label,
    expected: `${tables.join(", ")} as gpu-importance run writes them`,
    found: present.slice(0, 3).join(", ") + (present.length > 3 ? `, ... (${present.length} files)` : "") || "no files",
    fix: "give the folder that run names at its end, or that was given to it as --out",
  });
}

/** A table of accuracies. Where study.json does not say how many test samples there are, the rows do. */
function readOutcomes<T>(
  folder: StudyFolder,
  study: StudySummary | undefined,
  part: "curves" | "single",
  parse: (text: string, samples: number, shown: string) => T,
): Promise<T | undefined> {
  const file = resultNames[part];
  return folder.parseText(part, file, (text, shown) => {
    const samples = study?.dataset.test ?? samplesOf(text);
    if (samples !== undefined) return parse(text, samples, shown);
    return folder.lacks(part, file, "without study.json, no row tells how many test samples there were");
  });
}

/** Single removals, unless the study was made without; where nothing tells whether they are all, they may be some. */
async function readSingles(
  folder: StudyFolder,
  study: StudySummary | undefined,
): Promise<SingleRemovals[] | undefined> {
  const choice = study?.config.singles;
  if (choice === "none") return folder.lacks("single", resultNames.single, "the study was made with --singles none");
  const isRebuilt = study?.config.modes.every((mode) => rebuildingModes.some((rebuilding) => rebuilding === mode));
  if (isRebuilt) return folder.lacks("single", resultNames.single, "neurons alone are removed in other --modes");
  const isPart = study === undefined || choice !== undefined;
  const parse = (text: string, samples: number, shown: string) => parseSingleCsv(text, samples, shown, isPart);
  return readOutcomes(folder, study, "single", parse);
}

/** Pairs of neurons, where the study counted them in a file of text, and the counts of the neurons themselves are there. */
async function readPairs(
  folder: StudyFolder,
  study: StudySummary | undefined,
  neurons: readonly NeuronTable[] | undefined,
): Promise<PairTable[] | undefined> {
  const { pairs, largePairs } = resultNames;
  if (study?.config.pairs === undefined) return undefined;
  if (folder.has(largePairs)) return folder.lacks("pairs", largePairs, "a report reads pairs of text files alone");
  if (neurons !== undefined && !neurons.every(hasBits)) {
    return folder.lacks("pairs", pairs, "with more than one of --bits, neurons.csv does not hold the counts of bits");
  }
  return folder.parseText("pairs", pairs, parsePairsCsv);
}

/** Removals of two neurons together, where the study has them in a file of text. */
async function readPairRemovals(
  folder: StudyFolder,
  study: StudySummary | undefined,
): Promise<PairDamages[] | undefined> {
  const { pairRemovals, largePairRemovals } = resultNames;
  if (study?.config.pairRemovals === undefined) return undefined;
  if (folder.has(largePairRemovals)) {
    return folder.lacks("pairRemovals", largePairRemovals, "a report reads pairs of text files alone");
  }
  const { test } = study.dataset;
  return folder.parseText("pairRemovals", pairRemovals, (text, shown) => parsePairRemovalsCsv(text, test, shown));
}

/** A table of bits with the sizes of the classes, which its file does not tell. */
function withClassSizes(table: NeuronTable, sizes: readonly number[] | undefined): NeuronTable {
  if (sizes?.length !== table.classes) return table;
  return { ...table, samplesPerClass: Uint32Array.from(sizes) };
}

/** The table of neurons, with its histograms where there are more than two levels. */
async function readNeurons(folder: StudyFolder, study: StudySummary | undefined): Promise<NeuronTable[] | undefined> {
  const neurons = await folder.parseText("neurons", resultNames.neurons, parseNeuronsCsv);
  if (neurons === undefined) return undefined;
  if (!wantsHistograms(neurons)) {
    return neurons.map((table) => withClassSizes(table, study?.dataset.validationPerClass));
  }
  const parse = (text: string, shown: string) => parseHistogramsCsv(text, neurons, shown);
  return (await folder.parseText("histograms", resultNames.histograms, parse)) ?? neurons;
}

/**
 * Reads what there is of a study: all tables, and the weights of the first network.
 * @param label the study's name in headings.
 * @throws RunError where the folder cannot be read or holds no results, where its files are not of one study, and, naming file
 * and line, where one is damaged.
 */
export async function readStudyFiles(source: FileSource, label: string): Promise<StudyFiles> {
  const tables = await source.list();
  const models = (await source.list(modelsFolder)).filter((name) => MODEL_NAME.test(name));
  const repeat = firstModel(models);
  const present = [...tables, ...(repeat === undefined ? [] : [resultNames.model(repeat)])];
  requireResults(source, present);
  const folder = new StudyFolder(source, present);
  const study = await folder.parseText("study", resultNames.study, parseStudyFile);
  folder.digests = study?.files;
  const neurons = await readNeurons(folder, study);
  const orders = await folder.parseText("orders", resultNames.orders, parseOrdersCsv);
  const curves = await readOutcomes(
    folder,
    study,
    "curves",
    (text, samples, shown) => orders && parseCurvesCsv(text, { orders, samples }, shown),
  );
  const singles = await readSingles(folder, study);
  if (singles?.some(({ correctPerClass }) => correctPerClass === undefined)) {
    const reason = "written before correct samples were counted by class";
    folder.missing.push({ file: resultNames.single, reason, cost: "figure 6" });
  }
  const pairs = await readPairs(folder, study, neurons);
  const hasGroups = study?.config.groups !== undefined;
  const groups = hasGroups ? await folder.parseText("groups", resultNames.groups, parseGroupsCsv) : undefined;
  const pairDamages = await readPairRemovals(folder, study);
  const network = await folder.parse("model", resultNames.model(repeat ?? 0), decodeSafetensors);
  await folder.requireOwn(models.map((name) => `${modelsFolder}/${name}`));
  const parts = {
    ...(study && { study }),
    ...(neurons && { neurons }),
    ...(orders && { orders }),
    ...(curves && { curves }),
    ...(singles && { singles }),
    ...(pairs && { pairs }),
    ...(groups && { groups }),
    ...(pairDamages && { pairDamages }),
    ...(network && { networks: [{ repeat: repeat ?? 0, network }] }),
  };
  requireOneStudy(parts, source.label);
  return { label, ...parts, missing: folder.missing };
}
