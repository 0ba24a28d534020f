/** What is done of a study and what is missing, by stage and shard, as the names of parts say: none of them is read. */
import type { StoredPart } from "../core/part-store.ts";
import type { ShardCourse } from "./course.ts";
import { type JobStage, jobStages, jobsOf, repeatsOf, type Shard } from "./jobs.ts";
import { MemoryParts } from "./memory-parts.ts";
import { lastPartsOf } from "./part-names.ts";
import { StudyParts } from "./study-parts.ts";
import type { StudyRecord } from "./study-record.ts";

/** What is known of one store. */
export interface CensusSource {
  readonly record: StudyRecord;
  readonly parts: readonly StoredPart[];
  readonly courses: readonly ShardCourse[];
}

export interface StageCensus {
  readonly stage: JobStage;
  readonly of: number;
  readonly done: number;
  /** Repeats. */
  readonly missing: readonly number[];
}

export interface ShardCensus {
  readonly shard: Shard;
  /** ISO 8601, UTC; absent where nothing says that it has begun. */
  readonly started?: string;
  readonly stages: readonly StageCensus[];
}

export interface Census {
  readonly stages: readonly StageCensus[];
  /** Of the division that most shards are of; empty where one process does all. */
  readonly shards: readonly ShardCensus[];
  /** Of all parts and what is kept beside. */
  readonly bytes: number;
  /** Milliseconds of computing that are left, by the times of jobs that were done; absent while that cannot be known. */
  readonly restMs?: number;
}

/** Repeats by stage whose last part is there. */
async function doneIn({ record, parts }: CensusSource): Promise<Map<JobStage, number[]>> {
  const { config, origin, networks } = record;
  const names = new Set(parts.map(({ name }) => name));
  const naming = new StudyParts({
    store: new MemoryParts(),
    config,
    origin,
    ...(networks && { networkNames: networks }),
  });
  const done = new Map<JobStage, number[]>();
  for (const { stage, repeat } of jobsOf(config)) {
    const needed = await Promise.all(lastPartsOf(stage, config).map((kind) => naming.nameOf(kind, repeat)));
    if (!needed.every((name) => names.has(name))) continue;
    done.set(stage, [...(done.get(stage) ?? []), repeat]);
  }
  return done;
}

function stagesOf(repeats: readonly number[], stages: readonly JobStage[], done: ReadonlyMap<JobStage, Set<number>>) {
  return stages.map((stage): StageCensus => {
    const missing = repeats.filter((repeat) => done.get(stage)?.has(repeat) !== true);
    return { stage, of: repeats.length, done: repeats.length - missing.length, missing };
  });
}

/** By the division that most courses are of. */
function divisionOf(courses: readonly ShardCourse[]): number {
  const counts = new Map<number, number>();
  for (const { shard } of courses) counts.set(shard.of, (counts.get(shard.of) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? 1;
}

/** Undefined where a stage has something left to do and no job of it was done yet. */
function restOf(stages: readonly StageCensus[], courses: readonly ShardCourse[]): number | undefined {
  let rest = 0;
  for (const { stage, missing } of stages) {
    if (missing.length === 0) continue;
    const own = courses.flatMap((course) => course.stages[stage] ?? []);
    const jobs = own.reduce((sum, one) => sum + one.jobs, 0);
    if (jobs === 0) return undefined;
    rest += (missing.length * own.reduce((sum, one) => sum + one.elapsedMs, 0)) / jobs;
  }
  return rest;
}

/** @param sources one or more, of one study */
export async function censusOf(sources: readonly CensusSource[]): Promise<Census> {
  const { config } = sources[0]!.record;
  const stages = jobStages.filter((stage) => jobsOf(config).some((job) => job.stage === stage));
  const done = new Map(stages.map((stage) => [stage, new Set<number>()]));
  for (const source of sources) {
    for (const [stage, repeats] of await doneIn(source)) for (const repeat of repeats) done.get(stage)!.add(repeat);
  }
  const courses = sources.flatMap((source) => source.courses);
  const of = divisionOf(courses);
  const shards = Array.from({ length: of === 1 ? 0 : of }, (_, place): ShardCensus => {
    const shard = { index: place + 1, of };
    const started = courses.find((course) => course.shard.of === of && course.shard.index === shard.index)?.started;
    const own = stagesOf(repeatsOf(config.repeats, shard), stages, done);
    return { shard, ...(started !== undefined && { started }), stages: own };
  });
  const all = stagesOf(repeatsOf(config.repeats), stages, done);
  const restMs = restOf(all, courses);
  const bytes = sources.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.bytes, 0);
  return { stages: all, shards, bytes, ...(restMs !== undefined && { restMs }) };
}
