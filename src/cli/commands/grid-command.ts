/** `gpu-importance grid`: a study for each combination of values in a file, and one report of all of them. */
import { basename } from "node:path";
import { type Command, Option } from "commander";
import { RunError, UsageError } from "../../core/errors.ts";
import { given } from "../../host/given.ts";
import type { DeviceChoice } from "../../host/open-device.ts";
import { packageVersion } from "../../host/package-version.ts";
import type { ShardChoice } from "../../host/shard-of.ts";
import { TakenError } from "../../platform/node/claim.ts";
import { fileError } from "../../platform/node/files.ts";
import { readRegular } from "../../platform/node/regular-file.ts";
import { hasStudy } from "../../platform/node/results-folder.ts";
import type { GridRecord } from "../../report/files/grid-files.ts";
import type { Shard } from "../../study/jobs.ts";
import { type Axis, axesText } from "../grid/axes.ts";
import { hashIn } from "../grid/cell-name.ts";
import { type Cell, gridCells } from "../grid/cells.ts";
import { readAxes } from "../grid/grid-file.ts";
import { GridFolder } from "../grid/grid-folder.ts";
import { reportGrid } from "../grid/grid-report.ts";
import { type FailedCell, finished, runCells } from "../grid/run-cells.ts";
import { shareOf, shareText } from "../grid/share.ts";
import { argumentOf, under, withExamples } from "../options/help.ts";
import { integer, text } from "../options/option-values.ts";
import { addComputingOptions } from "../options/result-options.ts";
import { type AskedShard, addShardOptions, shardAsked } from "../options/shard-options.ts";
import { checkpointOption } from "../options/study-options.ts";
import { queuedCells } from "../queue/await-cells.ts";
import { type QueueChoice, queueOption, requireQueue } from "../queue/queue-option.ts";
import { removeIfEmpty } from "../results/made-folders.ts";
import { beginSession, type Session } from "../results/session.ts";
import { StudyMaterial } from "../results/study-material.ts";
import { type OutputOptions, requireReport } from "../results/study-output.ts";

/** Grids of more cells are asked for by name. */
const MOST_CELLS = 1000;
/** A file that people write has fewer. */
const MOST_BYTES = 10e6;

interface GridOptions extends DeviceChoice, OutputOptions, ShardChoice {
  readonly out: string;
  readonly maxCells: number;
  readonly checkpointSeconds?: number;
  readonly queue?: QueueChoice;
}

const A_FILE = "a grid file that can be read: YAML or JSON, up to 10 MB";

async function fileText(path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readRegular(path, A_FILE, MOST_BYTES));
  } catch (error) {
    throw fileError(error, path, A_FILE);
  }
}

/** @throws UsageError where the command says what the file says */
function requireOnce(axes: readonly Axis[], options: GridOptions): void {
  const name = (["adapter", "tiles"] as const).find(
    (one) => options[one] !== undefined && axes.some((axis) => axis.options.includes(one)),
  );
  if (name === undefined) return;
  const fix = "leave one of them out";
  throw new UsageError({
    what: `--${name} is given twice`,
    expected: "it once",
    found: "in the grid file and here",
    fix,
  });
}

/** A grid that is to be done, or gone on with. */
interface Plan {
  readonly record: GridRecord;
  readonly cells: readonly Cell[];
}

/** Cells that are there under another name keep that: what they are is the same. */
async function planned(file: string, options: GridOptions, folder: GridFolder): Promise<Plan> {
  const axes = await readAxes(file, await fileText(file));
  requireOnce(axes, options);
  const made = gridCells(axes, { file, most: options.maxCells });
  await folder.requireOwn();
  const there = await folder.foldersByHash();
  const cells = made.map((cell) => ({ ...cell, name: there.get(hashIn(cell.name)) ?? cell.name }));
  const listed = cells.map((cell) => ({ name: cell.name, options: cell.given }));
  const record = { package: packageVersion(), file: basename(file), varying: axesText(axes), cells: listed };
  return { record, cells };
}

async function tellStrangers(folder: GridFolder, { cells }: Plan, { display }: Session): Promise<void> {
  const own = new Set(cells.map(({ name }) => name));
  const strange = [...(await folder.foldersByHash()).values()].filter((name) => !own.has(name));
  if (strange.length === 0) return;
  const count = `${strange.length} cell${strange.length === 1 ? "" : "s"}`;
  display.line(`note:    ${count} in ${folder.label} are none of this grid file: they stay, and no report has them`);
}

/** Clears up beside complete cells; one that another process is at work on is left to it. */
async function finishedAll(cells: readonly Cell[], work: Parameters<typeof finished>[1]): Promise<void> {
  for (const cell of cells) {
    await finished(cell, work).catch((error: unknown) => {
      if (!(error instanceof TakenError)) throw error;
    });
  }
}

async function unfinished(cells: readonly Cell[], folder: GridFolder): Promise<Cell[]> {
  const left: Cell[] = [];
  for (const cell of cells) if (!(await hasStudy(folder.cell(cell.name)))) left.push(cell);
  return left;
}

const counted = (count: number) => `${count.toLocaleString("en")} cell${count === 1 ? "" : "s"}`;

/** @throws RunError that names some of the cells that have failed, and says how many others are at work on */
function requireAll(failed: readonly FailedCell[], all: number, folder: GridFolder): void {
  if (failed.length === 0) return;
  const broken = failed.filter(({ isTaken }) => isTaken !== true);
  const taken = failed.length - broken.length;
  if (broken.length === 0) {
    throw new RunError({
      what: `of ${counted(all)} ${taken} are not done: another process is doing them`,
      where: folder.label,
      kept: "all other cells",
      fix: "the same command, when that process has ended, makes a report of all",
    });
  }
  const shown = broken.slice(0, 5).map(({ name, message }) => `${name}: ${message.split("\n")[0]}`);
  const more = broken.length > shown.length ? [`and ${broken.length - shown.length} more`] : [];
  const [others, then] =
    taken === 0 ? ["", ""] : [`; another process is doing ${taken} more`, ", when that process has ended,"];
  throw new RunError({
    what: `${broken.length} of ${counted(all)} failed${others}`,
    where: folder.label,
    found: [...shown, ...more].join("\n"),
    kept: "all other cells",
    fix: `mend what they say, as gpu-importance status ${folder.label} has it whole; the same command${then} tries them again`,
  });
}

/** Computes cells in this process. @throws RunError where the others would fail alike */
async function ownCells(
  cells: readonly Cell[],
  folder: GridFolder,
  session: Session,
  options: GridOptions,
  within: Shard | undefined,
): Promise<FailedCell[]> {
  using material = new StudyMaterial();
  // What is of the grid is not of a cell.
  const { out: _, open: __, shard: ___, shards: ____, maxCells: _____, queue: ______, ...own } = options;
  const work = { folder, session, options: own, material, ...given({ within }) };
  return runCells(cells, work).catch(async (error) => {
    if (!(error instanceof RunError)) throw error;
    const { kept, fix } = await session.told();
    throw new RunError({ ...error.fault, kept: `${kept}; ${fix}` }, { cause: error });
  });
}

/** @throws UsageError where other options are at odds with a queue */
function requireQueueAlone({ queue, force, fresh }: GridOptions, shard: AskedShard | undefined): void {
  const odd = [shard && "--shard", force === true && "--force", fresh === true && "--fresh"].find(Boolean);
  if (queue === undefined || !odd) return;
  throw new UsageError({
    what: `${odd} is not for a grid whose cells wait in a queue`,
    expected: "--queue without it: workers do what is not done",
    found: `--queue and ${odd}`,
    fix: `leave ${odd} out`,
  });
}

/** What is left to the shard of this process: with a queue, `--shards` is how many jobs a cell is divided into. */
function withoutQueued(options: GridOptions): GridOptions {
  const { shards: _, ...others } = options;
  return options.queue === undefined || options.shard !== undefined ? options : others;
}

/** Does the cells of a shard, or all. */
async function computedGrid(
  plan: Plan,
  folder: GridFolder,
  session: Session,
  options: GridOptions,
  shard: AskedShard | undefined,
): Promise<void> {
  const { display } = session;
  const { cells, record } = plan;
  const { varying, file } = record;
  display.line(`grid:    ${counted(cells.length)} of ${file}${varying === "" ? "" : `: ${varying}`}`);
  await folder.writeRecord(record);
  await tellStrangers(folder, plan, session);
  const share = shard === undefined ? { cells } : shareOf(cells, shard.shard);
  if (shard !== undefined) {
    const said = shard.said === undefined ? "" : ` (${shard.said})`;
    display.line(`         ${shareText(cells.length, shard.shard, share)}${said}`);
  }
  const left = options.force === true ? share.cells : await unfinished(share.cells, folder);
  const done = share.cells.length - left.length;
  if (done > 0) display.line(`         ${counted(done)} complete by an earlier run, ${counted(left.length)} to do`);
  const ended = async () => cells.length - (await unfinished(cells, folder)).length;
  session.told = async () => ({
    kept: `${await ended()} of ${counted(cells.length)} complete in ${folder.label}`,
    fix: "the same command goes on from there",
  });
  const failed =
    options.queue === undefined
      ? await ownCells(left, folder, session, options, share.within)
      : await queuedCells(left, { folder, session, address: requireQueue(options.queue), shards: options.shards ?? 1 });
  if (options.force !== true) await finishedAll(share.cells, { folder, session, options });
  if (shard !== undefined) tellShardDone(folder, session);
  else await reportGrid(folder, record, session, options);
  requireAll(failed, cells.length, folder);
}

function tellShardDone({ label }: GridFolder, { display }: Session): void {
  display.line(`to do:   gpu-importance status ${label} says what other shards have left to do; when all are done,`);
  display.line("         gpu-importance merge FOLDER... --out FOLDER makes the report of all cells");
}

/** @throws UsageError, RunError */
async function grid(file: string, options: GridOptions): Promise<void> {
  requireReport(options);
  const shard = shardAsked(withoutQueued(options));
  requireQueueAlone(options, shard);
  const folder = new GridFolder(options.out);
  const plan = await planned(file, options, folder);
  const session = beginSession(options);
  removeIfEmpty(options.out);
  await computedGrid(plan, folder, session, options, shard);
}

export function completeGrid(command: Command): void {
  argumentOf(command, "YAML or JSON: options of run, each with a value or a list of values");
  under(command, "results")
    .addOption(
      new Option("--out <folder>", "folder of the grid, with a folder of results for each cell")
        .argParser(text("a path"))
        .makeOptionMandatory(),
    )
    .option("--force", "do cells again that are complete")
    .option("--fresh", "start cells anew that an interrupted run has left unfinished")
    .option("--no-report", "make no reports, of cells and of the grid")
    .option("--open", "open the report in the default browser");
  command.addOption(
    new Option("--max-cells <n>", "a grid of more cells is not begun")
      .argParser(integer(1))
      .default(MOST_CELLS, `${MOST_CELLS}`),
  );
  addShardOptions(command, "cells", "how many --shard auto has; with --queue: jobs of each cell")
    .addOption(checkpointOption())
    .addOption(queueOption("let workers do the cells"));
  addComputingOptions(command).action((file: string, options: GridOptions) => grid(file, options));
  withExamples(command, "grid", [
    { what: "Every combination in the file, and a report of all", line: "grid grid.yaml --out results/grid --open" },
    { what: "The second of four machines that share the cells", line: "grid grid.yaml --out shared --shard 2/4" },
  ]);
}
