/** The results of one study, out of what its shards have left. */
import { resolve } from "node:path";
import { repeatsText } from "../../core/repeats-text.ts";
import type { Provenance, RepeatsOfAdapter } from "../../core/study.ts";
import { hasStudy, type ResultsFolder } from "../../platform/node/results-folder.ts";
import type { ShardCourse } from "../../study/course.ts";
import { ADAPTER_FIELDS } from "../../study/identity.ts";
import { shardText } from "../../study/jobs.ts";
import { addedCosts } from "../../study/measuring-costs.ts";
import { type MergedStudy, mergedStudy } from "../../study/merge.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { finishResults, requireResultsOf, wholeResultsIn } from "./complete-results.ts";
import type { Session } from "./session.ts";
import { type OutputOptions, withResults } from "./study-output.ts";
import { type FolderSource, openSources } from "./study-sources.ts";
import { closeResults } from "./written-study.ts";

export interface MergeOptions extends OutputOptions {
  readonly out: string;
  readonly mixedAdapters?: boolean;
}

/** Each shard once, in whichever folder. */
function coursesOf(sources: readonly FolderSource[]): ShardCourse[] {
  return [
    ...new Map(sources.flatMap((one) => one.courses.map((course) => [shardText(course.shard), course]))).values(),
  ];
}

/** Milliseconds of each stage, of all shards together. */
function elapsedIn(sources: readonly FolderSource[]): Provenance["elapsedMs"] {
  const elapsedMs: Partial<Record<keyof Provenance["elapsedMs"], number>> = {};
  for (const { stages } of coursesOf(sources)) {
    for (const [stage, course] of Object.entries(stages)) {
      const name = stage as keyof typeof stages;
      elapsedMs[name] = (elapsedMs[name] ?? 0) + course.elapsedMs;
    }
  }
  return elapsedMs;
}

/** Which adapter computed which repeats, where not all were computed by one. */
function adaptersOf({ origins }: MergedStudy): readonly RepeatsOfAdapter[] | undefined {
  if (origins.length === 1) return undefined;
  return origins.map(({ origin: { adapter, tiles }, repeats }) => ({ repeats, adapter, tiles }));
}

/** As that of a run; it began when its first shard did. */
function provenanceOf(merged: MergedStudy, sources: readonly FolderSource[], now: Date): Provenance {
  const { package: version, dawn, adapter, tiles } = merged.origins[0]!.origin;
  const started = sources.flatMap(({ courses }) => courses.map((course) => course.started)).toSorted();
  const adapters = adaptersOf(merged);
  const costs = addedCosts(coursesOf(sources).map((course) => course.costs));
  return {
    package: version,
    node: process.version,
    dawn,
    adapter,
    tiles,
    ...(adapters && { adapters }),
    started: started[0] ?? now.toISOString(),
    elapsedMs: elapsedIn(sources),
    ...(costs.length > 0 && { costs }),
  };
}

/** Says which shards are in several folders; that does no harm. */
function tellTwice(sources: readonly FolderSource[], { line }: Pick<ProgressDisplay, "line">): void {
  const folders = new Map<string, string[]>();
  for (const { label, courses } of sources) {
    for (const { shard } of courses) folders.set(shardText(shard), [...(folders.get(shardText(shard)) ?? []), label]);
  }
  for (const [shard, labels] of folders) {
    if (labels.length > 1) line(`note:    shard ${shard} is in ${labels.join(" and in ")}, with the same parts`);
  }
}

async function written(
  merged: MergedStudy,
  sources: readonly FolderSource[],
  { folder, session, started }: { readonly folder: ResultsFolder; readonly session: Session; readonly started: Date },
): Promise<void> {
  const { record, results, origins } = merged;
  const { display } = session;
  tellTwice(sources, display);
  for (const { origin, repeats } of origins.length > 1 ? origins : []) {
    display.line(`adapter: ${origin.adapter.description} computed ${repeatsText(repeats)}`);
  }
  for (const warning of merged.warnings) display.warn(warning);
  const study = { config: record.config, dataset: record.dataset, results, warnings: merged.warnings };
  await closeResults(study, provenanceOf(merged, sources, started), { folder, sink: folder, session });
}

/** Results that an earlier merge has made, if they are those of the shards. @throws UsageError where they are not */
async function mergedBefore(folder: ResultsFolder, sources: readonly FolderSource[], session: Session): Promise<void> {
  for (const { record } of sources) await requireResultsOf(folder, record, ADAPTER_FIELDS);
  await finishResults(folder, await wholeResultsIn(folder), session);
}

/** @throws UsageError, RunError */
export async function mergedInto(session: Session, folders: readonly string[], options: MergeOptions): Promise<void> {
  const started = new Date();
  const { out } = options;
  const others = folders.filter((folder) => resolve(folder) !== resolve(out));
  const to = { out, otherwise: out, isCopied: others.length === folders.length };
  if (options.force !== true && (await hasStudy(out))) {
    // Its own parts went when it was complete.
    const sources = await openSources(others);
    return withResults(session, to, options, started, (folder) => mergedBefore(folder, sources, session));
  }
  const sources = await openSources(folders);
  const of = sources.flatMap(({ courses }) => courses.map(({ shard }) => shard.of)).find((shards) => shards > 1);
  const merged = await mergedStudy(sources, { mixedAdapters: options.mixedAdapters === true, of });
  await withResults(session, to, options, started, (folder) => written(merged, sources, { folder, session, started }));
}
