/** The side of a queue that a grid is on: its cells go in, and it waits until each is done or has failed. */
import { setTimeout as pause } from "node:timers/promises";
import type { Cell } from "../grid/cells.ts";
import type { GridFolder } from "../grid/grid-folder.ts";
import type { FailedCell } from "../grid/run-cells.ts";
import type { Session } from "../results/session.ts";
import { type CellQueue, enqueueCells, failedJobs, openCellQueue } from "./cell-jobs.ts";
import { reachRedis } from "./redis.ts";

const LOOK_MS = 1000;

interface Waiting {
  readonly folder: GridFolder;
  readonly cellQueue: CellQueue;
  /** Jobs that a cell is divided into, at most. */
  readonly shards: number;
  /** Told how far things are, where that has changed. */
  tell(line: string): void;
}

interface QueuedWork {
  readonly folder: GridFolder;
  readonly session: Session;
  /** Of the Redis server, with its password. */
  readonly address: string;
  /** Jobs that a cell is divided into, at most. */
  readonly shards: number;
}

/**
 * Lets workers do cells.
 * @returns those that have failed
 * @throws UsageError, RunError where there is no server
 */
export async function queuedCells(
  cells: readonly Cell[],
  { folder, session: { display }, address, shards }: QueuedWork,
): Promise<FailedCell[]> {
  const { redis } = await reachRedis(address, display.line);
  const cellQueue = await openCellQueue(redis);
  try {
    return await awaitCells(cells, { folder, cellQueue, shards, tell: display.line });
  } finally {
    await cellQueue.close();
    redis.disconnect();
  }
}

function countsText(done: number, failed: number, all: number, underWay: number): string {
  const parts = [`${done} of ${all} cells done`, `${underWay} under way`];
  return [...parts, ...(failed > 0 ? [`${failed} failed`] : [])].join(", ");
}

/** @returns cells that have failed for good */
async function awaitCells(cells: readonly Cell[], waiting: Waiting): Promise<FailedCell[]> {
  const { folder, cellQueue, shards, tell } = waiting;
  const { queue } = cellQueue;
  const { cells: byId, added } = await enqueueCells(cellQueue, cells, folder, shards);
  tell(`queue:   ${added} of ${cells.length} cells put in; the others wait or are under way there`);
  const ids = new Set(byId.keys());
  let said = "";
  for (;;) {
    const states = await folder.states();
    const failed = (await failedJobs(queue, ids)).map(({ name, failedReason }): FailedCell => {
      return { name, message: failedReason };
    });
    const gone = new Set(failed.map(({ name }) => name));
    const left = cells.filter(({ name }) => states.get(name) !== "done" && !gone.has(name));
    const { active = 0 } = await queue.getJobCounts("active");
    const text = countsText(cells.length - left.length - failed.length, failed.length, cells.length, active);
    if (text !== said) tell(`queue:   ${text}`);
    said = text;
    if (left.length === 0) return failed;
    // A server that was started anew without its jobs.
    const again = await lost(left, byId, waiting);
    if (again.length > 0) {
      tell(`queue:   ${again.length} jobs are no longer there; put in again`);
      await enqueueCells(cellQueue, again, folder, shards);
    }
    await pause(LOOK_MS);
  }
}

/** Cells that are not done, and have no job. */
async function lost(left: readonly Cell[], byId: ReadonlyMap<string, Cell>, waiting: Waiting): Promise<Cell[]> {
  const { queue } = waiting.cellQueue;
  const counts = await queue.getJobCounts("wait", "active", "delayed", "prioritized", "failed");
  const jobs = Object.values(counts).reduce((sum, count) => sum + count, 0);
  // While there are as many jobs as cells none is missing, if each has one.
  if (waiting.shards === 1 && jobs >= left.length) return [];
  const names = new Set(left.map(({ name }) => name));
  const without: Cell[] = [];
  for (const [id, cell] of byId) {
    if (names.has(cell.name) && (await queue.getJob(id)) === undefined) without.push(cell);
  }
  return without;
}
