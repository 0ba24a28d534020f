/** A study out of the parts that several processes have left of it, as one process would have computed it. */
import { RunError } from "../core/errors.ts";
import { appendAll } from "../core/long-arrays.ts";
import { repeatsText } from "../core/repeats-text.ts";
import { isAnalysis, type ResultsByRepeat } from "../core/study.ts";
import { assembled } from "./assemble.ts";
import { type JobStage, jobStages, repeatsOf, type Shard, shardText } from "./jobs.ts";
import type { PartOrigin } from "./part-names.ts";
import { StudyParts } from "./study-parts.ts";
import type { StudyRecord } from "./study-record.ts";
import { originsOf, requireOneStudy, type StudySource } from "./study-sources.ts";
import { UnitedParts } from "./united-parts.ts";
import { guessingWarning, measuringWarnings, nearChance, trainingWarnings } from "./warnings.ts";

/** Repeats that one kind of adapter computed. */
interface RepeatsOfOrigin {
  readonly origin: PartOrigin;
  readonly repeats: readonly number[];
}

export interface MergedStudy {
  readonly record: StudyRecord;
  readonly results: ResultsByRepeat;
  /** In the order of the stores; those that have no repeat to themselves are left out. */
  readonly origins: readonly RepeatsOfOrigin[];
  readonly warnings: readonly string[];
}

interface Damage {
  readonly part: string;
  readonly found: string;
}

/** What one adapter has computed of a study. */
class PartsOfOrigin {
  readonly parts: StudyParts;
  readonly damages: Damage[] = [];
  readonly repeats: number[] = [];
  readonly origin: PartOrigin;

  constructor({ config, networks }: StudyRecord, origin: PartOrigin, store: UnitedParts) {
    this.origin = origin;
    this.parts = new StudyParts({
      store,
      config,
      origin,
      ...(networks && { networkNames: networks }),
      onDamaged: (part, found) => this.damages.push({ part, found }),
    });
  }

  /** Stages whose parts are not there, or damaged; networks that were given are kept by who measures them. */
  async lacks(repeat: number): Promise<JobStage[]> {
    const lacking: JobStage[] = [];
    const first = isAnalysis(this.parts.config) ? "measure" : "train";
    for (const stage of jobStages) {
      if (!(await this.parts.isDone({ stage, repeat }))) lacking.push(stage === "train" ? first : stage);
    }
    return lacking;
  }
}

/** @throws RunError that names a part that is damaged, and where it is */
async function requireWhole(damages: readonly Damage[], store: UnitedParts): Promise<void> {
  const [first] = damages;
  if (first === undefined) return;
  throw new RunError({
    what: `a part is damaged${damages.length === 1 ? "" : ` (and ${damages.length - 1} more)`}`,
    where: `${first.part} in ${(await store.placesOf(first.part)).join(", ")}`,
    expected: "a part whose content has the checksum that its head says",
    found: first.found,
    fix: "start the shard again that it is of, with its --out: it computes what is damaged; then merge again",
  });
}

const doneBy: Readonly<Record<JobStage, string>> = { train: "trained", measure: "measured", ablate: "ablated" };

/** The shards that have the repeats. */
function shardsOf(missing: readonly number[], repeats: number, of: number): Shard[] {
  const all = Array.from({ length: of }, (_, place) => ({ index: place + 1, of }));
  return all.filter((shard) => repeatsOf(repeats, shard).some((repeat) => missing.includes(repeat)));
}

/** @param of how many shards there are; undefined where that is not known @throws RunError */
function requireComplete(
  lacking: ReadonlyMap<number, readonly JobStage[]>,
  { repeats, label, of }: { readonly repeats: number; readonly label: string; readonly of: number | undefined },
): void {
  if (lacking.size === 0) return;
  const found = jobStages.flatMap((stage) => {
    const own = [...lacking].filter(([, stages]) => stages[0] === stage).map(([repeat]) => repeat);
    return own.length === 0 ? [] : [`${repeatsText(own)} not ${doneBy[stage]}`];
  });
  const shards = of === undefined ? [] : shardsOf([...lacking.keys()], repeats, of).map(shardText);
  const fix =
    shards.length === 0
      ? "start again what has not come to its end; the same command goes on with it"
      : `start --shard ${shards.slice(0, 5).join(", ")}${shards.length > 5 ? ` and ${shards.length - 5} more` : ""} (again); each goes on with what it has`;
  const expected = `all of ${repeats} repeat${repeats === 1 ? "" : "s"} trained, measured and ablated`;
  throw new RunError({ what: "the study is not complete", where: label, expected, found: found.join("; "), fix });
}

/** Results of each repeat from whoever has it. */
function divided(origins: readonly PartsOfOrigin[], repeats: readonly number[]) {
  const own = new Map(origins.flatMap((one) => one.repeats.map((repeat) => [repeat, one.parts] as const)));
  const of = (repeat: number) => assembled(own.get(repeat)!, [repeat]);
  const results: ResultsByRepeat = {
    repeats,
    summary: (repeat) => of(repeat).summary(repeat),
    network: (repeat) => of(repeat).network(repeat),
    table: (repeat) => of(repeat).table(repeat),
    orders: (repeat) => of(repeat).orders(repeat),
    removals: (repeat) => of(repeat).removals(repeat),
    ...(origins.every(({ parts }) => parts.config.pairs !== undefined) && {
      pairs: (repeat: number) => of(repeat).pairs!(repeat),
    }),
    ...(origins.every(({ parts }) => parts.config.pairRemovals !== undefined) && {
      pairRemovals: (repeat: number) => of(repeat).pairRemovals!(repeat),
    }),
    ...(origins.every(({ parts }) => parts.config.groups !== undefined) && {
      groups: (repeat: number) => of(repeat).groups!(repeat),
    }),
  };
  const read: StudyParts["read"] = (kind, repeat, slice) => own.get(repeat)!.read(kind, repeat, slice);
  return { results, read };
}

/** As the study would have said them. */
async function warningsOf(
  { config, dataset, guessLoss, warnings }: StudyRecord,
  { results, read }: ReturnType<typeof divided>,
): Promise<string[]> {
  const all = [...warnings];
  if (isAnalysis(config)) {
    for (const repeat of results.repeats) {
      const isGuessing = nearChance(await results.summary(repeat), dataset.testPerClass!);
      if (isGuessing) all.push(guessingWarning(config.models[repeat]!));
    }
  }
  const basis = { guessLoss, validation: dataset.validation };
  appendAll(all, await trainingWarnings({ config, read }, results.repeats, basis));
  appendAll(all, await measuringWarnings({ config, read }, results.repeats, basis));
  return all;
}

/**
 * @param sources one or more
 * @param options.of how many shards there are, where that is known, for messages
 * @throws UsageError where they are of different studies; RunError where parts are missing, damaged or not the same
 */
export async function mergedStudy(
  sources: readonly StudySource[],
  { mixedAdapters, of }: { readonly mixedAdapters: boolean; readonly of?: number | undefined },
): Promise<MergedStudy> {
  await requireOneStudy(sources, mixedAdapters);
  const store = new UnitedParts(sources.map((source) => source.store));
  const { record } = sources[0]!;
  const origins = originsOf(sources).map((origin) => new PartsOfOrigin(record, origin, store));
  const repeats = repeatsOf(record.config.repeats);
  const lacking = new Map<number, readonly JobStage[]>();
  for (const repeat of repeats) {
    const each = await Promise.all(origins.map((origin) => origin.lacks(repeat)));
    const complete = each.findIndex((stages) => stages.length === 0);
    if (complete !== -1) origins[complete]!.repeats.push(repeat);
    else lacking.set(repeat, each.toSorted((a, b) => a.length - b.length)[0]!);
  }
  if (lacking.size > 0)
    await requireWhole(
      origins.flatMap(({ damages }) => damages),
      store,
    );
  requireComplete(lacking, { repeats: repeats.length, label: store.label, of });
  const all = divided(origins, repeats);
  const used = origins.filter((one) => one.repeats.length > 0);
  return { record, results: all.results, origins: used, warnings: await warningsOf(record, all) };
}
