/** `gpu-importance work`: does cells of grids that wait in a queue, one after another. */
import { setTimeout as pause } from "node:timers/promises";
import type { Job, Queue } from "bullmq";
import type { Command } from "commander";
import { RunError, UsageError } from "../../core/errors.ts";
import { given } from "../../host/given.ts";
import type { DeviceChoice } from "../../host/open-device.ts";
import { hashIn } from "../grid/cell-name.ts";
import { type Cell, gridCells } from "../grid/cells.ts";
import { readAxes } from "../grid/grid-file.ts";
import { GridFolder } from "../grid/grid-folder.ts";
import { runCells } from "../grid/run-cells.ts";
import { under, withExamples } from "../options/help.ts";
import { addComputingOptions } from "../options/result-options.ts";
import { checkpointOption } from "../options/study-options.ts";
import { bullmq, type CellJob, openQueue, QUEUE } from "../queue/cell-jobs.ts";
import { type QueueChoice, queueOption, requireQueue } from "../queue/queue-option.ts";
import { reachRedis } from "../queue/redis.ts";
import { beginSession, type Session } from "../results/session.ts";
import { StudyMaterial } from "../results/study-material.ts";
import type { OutputOptions } from "../results/study-output.ts";

interface WorkOptions extends DeviceChoice, Pick<OutputOptions, "report"> {
  readonly queue?: QueueChoice;
  readonly untilEmpty?: boolean;
  readonly checkpointSeconds?: number;
  readonly quiet?: boolean;
}

/** A worker that says nothing for so long is taken for dead, and its job goes to another. Compiling shaders may block for seconds. */
const SILENCE_MS = 60_000;
/** How often such workers are looked for. */
const LOOK_MS = 15_000;
/** A job whose workers are killed over and over is tried on. */
const MOST_DEATHS = 1000;

/** The cell of a job, from what the folder of its grid says of it. @throws RunError, UsageError */
async function cellOf({ cell: name }: CellJob, folder: GridFolder): Promise<Cell> {
  const listed = folder.record().cells.find((one) => one.name === name);
  const cells = listed && gridCells(await readAxes(name, JSON.stringify(listed.options)), { file: name, most: 1 });
  const cell = cells?.[0];
  if (cell !== undefined && hashIn(cell.name) === hashIn(name)) return { ...cell, name };
  throw new RunError({
    what: "a job is of no cell that this version knows",
    where: folder.label,
    expected: `cell ${name} in grid.json`,
    found: listed === undefined ? "no such cell" : "options that come to another study",
    fix: "start workers and grid with the same version, and the grid again",
  });
}

/** Does jobs in turn, with data and device kept open from one to the next. */
class CellWorker {
  readonly #session: Session;
  readonly #options: WorkOptions;
  #material = new StudyMaterial();

  constructor(session: Session, options: WorkOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** @throws RunError where another try may do; what never will as BullMQ's UnrecoverableError */
  async done({ data }: Pick<Job<CellJob>, "data">): Promise<void> {
    const { UnrecoverableError } = await bullmq();
    const folder = new GridFolder(data.grid);
    // Data of a grid are named from where it was started.
    process.chdir(data.from);
    const { queue: _, untilEmpty: __, ...options } = this.#options;
    const { shard: within } = data;
    const work = { folder, session: this.#session, options, material: this.#material, ...given({ within }) };
    try {
      const cell = await cellOf(data, folder);
      const [failed] = await runCells([cell], work);
      if (failed !== undefined && !failed.isTaken) throw new UnrecoverableError(failed.message);
      if (failed !== undefined) throw new Error(failed.message);
    } catch (error) {
      if (error instanceof UsageError) throw new UnrecoverableError(error.message);
      // A device that was lost is opened anew.
      this.#material[Symbol.dispose]();
      this.#material = new StudyMaterial();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#material[Symbol.dispose]();
  }
}

async function isEmpty(queue: Queue<CellJob>): Promise<boolean> {
  const counts = await queue.getJobCounts("wait", "active", "delayed", "prioritized", "waiting-children");
  return Object.values(counts).every((count) => count === 0);
}

/** @throws UsageError, RunError */
async function work(options: WorkOptions): Promise<void> {
  const session = beginSession(options);
  const { display } = session;
  const { redis, address } = await reachRedis(requireQueue(options.queue), display.line);
  session.told = () => ({
    kept: "all cells that are done; the one in hand goes to another worker",
    fix: "the same command works on",
  });
  const { Worker } = await bullmq();
  const queue = await openQueue(redis);
  using own = new CellWorker(session, options);
  const worker = new Worker<CellJob>(QUEUE, (job) => own.done(job), {
    connection: redis.duplicate(),
    concurrency: 1,
    lockDuration: SILENCE_MS,
    stalledInterval: LOOK_MS,
    maxStalledCount: MOST_DEATHS,
  });
  let said = "";
  // Of a server that is away, the same comes at every try.
  worker.on("error", ({ message }) => {
    if (message !== said) display.line(`queue:   ${message}`);
    said = message;
  });
  display.line(`queue:   ${address}, waiting for cells`);
  while (options.untilEmpty !== true || !(await isEmpty(queue))) await pause(1000);
  await worker.close();
  await queue.close();
  await redis.quit();
  display.line("queue:   nothing waits there any more");
}

export function completeWork(command: Command): void {
  under(command, "results")
    .addOption(queueOption("where cells wait"))
    .option("--until-empty", "end when nothing waits and nothing is under way")
    .option("--no-report", "make no reports of the cells");
  command.addOption(checkpointOption());
  addComputingOptions(command).action((options: WorkOptions) => work(options));
  withExamples(command, "work", [
    { what: "On every machine that sees the folder of the grid", line: "work --queue redis://server:6379" },
    {
      what: "And once, which waits for all cells and makes the report",
      line: "grid grid.yaml --out shared/grid --queue redis://server:6379",
    },
  ]);
}
