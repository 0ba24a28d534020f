/**
 * How far a process has come with its share of a study, and how long that took: kept beside the parts, for `status` and for the
 * times of results that are put together. No result depends on it.
 */
import type { PartStore } from "../core/part-store.ts";
import { sha256 } from "../core/sha256.ts";
import type { MeasuringCost } from "../core/study.ts";
import { decodePlain, encodePlain } from "../formats/plain-bytes.ts";
import type { StudyIdentity } from "./identity.ts";
import type { JobStage, Shard } from "./jobs.ts";
import { addedCosts } from "./measuring-costs.ts";
import { sealed, unsealed } from "./sealed-part.ts";

/** Of one stage: jobs that were done, and the milliseconds that they took. */
interface StageCourse {
  readonly jobs: number;
  readonly elapsedMs: number;
}

export interface ShardCourse {
  readonly shard: Shard;
  /** When it was first begun: ISO 8601, UTC. */
  readonly started: string;
  /** Of all times that it was gone on with. */
  readonly stages: Readonly<Partial<Record<JobStage, StageCourse>>>;
  /** Of evidence, by those times that came to their end. */
  readonly costs: readonly MeasuringCost[];
}

const NAME = /^course-(\d+)-of-(\d+)-[0-9a-f]{64}$/;

async function courseName({ index, of }: Shard, identity: StudyIdentity): Promise<string> {
  return `course-${index}-of-${of}-${await sha256(encodePlain(identity))}`;
}

async function read(store: Pick<PartStore, "read">, name: string): Promise<ShardCourse | undefined> {
  const bytes = await store.read(name);
  const content = bytes && (await unsealed(name, bytes));
  return content instanceof Uint8Array ? (decodePlain(content) as ShardCourse) : undefined;
}

/** Courses of a study that are there, by their shards. */
export async function coursesIn(
  store: Pick<PartStore, "read" | "list">,
  identity: StudyIdentity,
): Promise<ShardCourse[]> {
  const found: ShardCourse[] = [];
  for (const { name } of await store.list()) {
    const [, index, of] = NAME.exec(name) ?? [];
    if (index === undefined) continue;
    const shard = { index: Number(index), of: Number(of) };
    const course = name === (await courseName(shard, identity)) ? await read(store, name) : undefined;
    if (course !== undefined) found.push(course);
  }
  return found.toSorted((a, b) => a.shard.of - b.shard.of || a.shard.index - b.shard.index);
}

/** Keeps the course of a process. */
export class CourseKeeper {
  readonly #store: PartStore;
  readonly #name: string;
  #course: ShardCourse;

  private constructor(store: PartStore, name: string, course: ShardCourse) {
    this.#store = store;
    this.#name = name;
    this.#course = course;
  }

  /** Goes on with what the store has of it. */
  static async of(store: PartStore, shard: Shard, identity: StudyIdentity, started: Date): Promise<CourseKeeper> {
    const name = await courseName(shard, identity);
    const there = await read(store, name);
    return new CourseKeeper(store, name, there ?? { shard, started: started.toISOString(), stages: {}, costs: [] });
  }

  async write(): Promise<void> {
    await this.#store.write(this.#name, await sealed(this.#name, encodePlain(this.#course)));
  }

  async addCosts(costs: readonly MeasuringCost[]): Promise<void> {
    if (costs.length === 0) return;
    this.#course = { ...this.#course, costs: addedCosts([this.#course.costs, costs]) };
    await this.write();
  }

  /** @param tookMs undefined where the jobs were done before */
  async add(stage: JobStage, jobs: number, tookMs: number | undefined): Promise<void> {
    if (tookMs === undefined) return;
    const before = this.#course.stages[stage] ?? { jobs: 0, elapsedMs: 0 };
    const now = { jobs: before.jobs + jobs, elapsedMs: before.elapsedMs + tookMs };
    this.#course = { ...this.#course, stages: { ...this.#course.stages, [stage]: now } };
    await this.write();
  }
}
