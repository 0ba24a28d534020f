/**
 * Cells of grids as jobs of BullMQ. A job names a cell of a folder that all see; what the cell found goes there, not through the queue.
 * Which cells are done is read off the folder alone, so that a queue that was emptied, or a job that was done twice, does no harm.
 */
import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
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

export async function openCellQueue(redis: Redis): Promise<Queue<CellJob>> {
  const { Queue: BullQueue } = await bullmq();
  return new BullQueue<CellJob>(QUEUE, { connection: redis });
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

/** Puts into the queue what neither waits nor is under way there. */
export async function enqueueCells(
  queue: Queue<CellJob>,
  cells: readonly Cell[],
  folder: GridFolder,
): Promise<QueuedCells> {
  const grid = await realpath(folder.label);
  const ids = new Map(cells.map((cell) => [jobId(grid, cell.name), cell]));
  const missing: [string, Cell][] = [];
  for (const [id, cell] of ids) {
    const job = await queue.getJob(id);
    const state = job && (await job.getState());
    if (state !== undefined && state !== "failed" && state !== "completed" && state !== "unknown") continue;
    await job?.remove();
    await folder.forget(cell.name);
    missing.push([id, cell]);
  }
  await queue.addBulk(
    missing.map(([id, cell]) => ({
      name: cell.name,
      data: { grid, cell: cell.name, from: process.cwd() },
      opts: {
        jobId: id,
        attempts: TRIES,
        backoff: { type: "exponential", delay: PAUSE_MS },
        removeOnComplete: true,
      },
    })),
  );
  return { added: missing.length, cells: ids };
}

/** Jobs of some cells that have failed for good. */
export async function failedJobs(queue: Queue<CellJob>, ids: ReadonlySet<string>): Promise<Job<CellJob>[]> {
  const jobs = await queue.getFailed();
  return jobs.filter(({ id }) => id !== undefined && ids.has(id));
}
