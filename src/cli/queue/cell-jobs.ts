/**
 * Cells of grids as jobs of BullMQ. A job names a cell of a folder that all see; what the cell found goes there, not through the queue.
 * Which cells are done is read off the folder alone, so that a queue that was emptied, or a job that was done twice, does no harm.
 */
import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import type { FlowJob, Job, JobsOptions, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { type Shard, shardText } from "../../study/jobs.ts";
import { hashIn } from "../grid/cell-name.ts";
import type { Cell } from "../grid/cells.ts";
import type { GridFolder } from "../grid/grid-folder.ts";
import { notInstalled } from "./redis.ts";

/** Of the queue in Redis, as dashboards show it. */
export const QUEUE = "gpu-importance";

export interface CellJob {
  /** Folder of the grid, absolute. */
  readonly grid: string;
  /** Name of the cell there. */
  readonly cell: string;
  /** The folder that paths in the grid's file are relative to. */
  readonly from: string;
  /** Part of the cell's repeats; absent: all that others have not done, and its results. */
  readonly shard?: Shard;
}

/** Tries of a cell whose device was lost or whose disk was full, or that another process was doing. */
const TRIES = 10;
const PAUSE_MS = 5000;

/** @throws RunError where the packages are not there */
export async function bullmq(): Promise<typeof import("bullmq")> {
  try {
    return await import("bullmq");
  } catch (error) {
    throw notInstalled(error);
  }
}

/** Of connections that stay with whoever made them. */
export interface CellQueue {
  readonly queue: Queue<CellJob>;
  /** Adds jobs and what they wait for in one step. */
  add(jobs: FlowJob[]): Promise<void>;
  close(): Promise<void>;
}

/** Of a connection that stays with whoever made it. */
export async function openQueue(redis: Redis): Promise<Queue<CellJob>> {
  const { Queue: BullQueue } = await bullmq();
  return new BullQueue<CellJob>(QUEUE, { connection: redis });
}

/** Beside it what puts jobs in that wait for others. */
export async function openCellQueue(redis: Redis): Promise<CellQueue> {
  const { FlowProducer } = await bullmq();
  const queue = await openQueue(redis);
  const flow = new FlowProducer({ connection: redis });
  return {
    queue,
    add: async (jobs) => {
      await flow.addBulk(jobs);
    },
    close: async () => {
      await flow.close();
      await queue.close();
    },
  };
}

/** The same for the same cell of the same folder, so that no cell waits twice. */
function jobId(grid: string, cell: string): string {
  return `${createHash("sha256").update(grid).digest("hex").slice(0, 12)}-${hashIn(cell)}`;
}

interface QueuedCells {
  /** Cells that were put into the queue: others waited or were under way there. */
  readonly added: number;
  /** By id of the job. */
  readonly cells: ReadonlyMap<string, Cell>;
}

/** How often a job is tried, and when it leaves the queue. */
const tries: JobsOptions = {
  attempts: TRIES,
  backoff: { type: "exponential", delay: PAUSE_MS },
  removeOnComplete: true,
};

/**
 * The job of a cell, behind those of its shards. A shard that fails is left to the job of the cell, which does what is left: so what is
 * wrong is said once, of the cell.
 */
function jobsOf(id: string, data: CellJob, shards: number): FlowJob {
  const job = { name: data.cell, queueName: QUEUE, data, opts: { ...tries, jobId: id } };
  if (shards <= 1) return job;
  const opts = { ...tries, removeOnFail: true, ignoreDependencyOnFailure: true };
  const children = Array.from({ length: shards }, (_, place): FlowJob => {
    const shard = { index: place + 1, of: shards };
    const name = `${data.cell} ${shardText(shard)}`;
    const jobId = `${id}-${shard.index}-of-${shards}`;
    return { name, queueName: QUEUE, data: { ...data, shard }, opts: { ...opts, jobId } };
  });
  return { ...job, children };
}

/** Puts into the queue what neither waits nor is under way there. @param shards jobs that a cell is divided into, at most */
export async function enqueueCells(
  { queue, add }: CellQueue,
  cells: readonly Cell[],
  folder: GridFolder,
  shards: number,
): Promise<QueuedCells> {
  const grid = await realpath(folder.label);
  const ids = new Map(cells.map((cell) => [jobId(grid, cell.name), cell]));
  const missing: FlowJob[] = [];
  for (const [id, cell] of ids) {
    const job = await queue.getJob(id);
    const state = job && (await job.getState());
    if (state !== undefined && state !== "failed" && state !== "completed" && state !== "unknown") continue;
    await job?.remove();
    await folder.forget(cell.name);
    const data = { grid, cell: cell.name, from: process.cwd() };
    missing.push(jobsOf(id, data, Math.min(shards, cell.options.repeats)));
  }
  await add(missing);
  return { added: missing.length, cells: ids };
}

/** Jobs of some cells that have failed for good. */
export async function failedJobs(queue: Queue<CellJob>, ids: ReadonlySet<string>): Promise<Job<CellJob>[]> {
  const jobs = await queue.getFailed();
  return jobs.filter(({ id }) => id !== undefined && ids.has(id));
}
