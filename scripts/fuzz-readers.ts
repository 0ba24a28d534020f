/**
 * Damages files by the thousand and reads them, each reader in a process with little memory. Every file must be refused
 * with a message, or read as something sound; none may end the process, stall it or make it grow. `npm test` runs a few
 * hundred for each reader; docs/reliability.md says what longer runs found.
 *
 *   npx tsx scripts/fuzz-readers.ts [--files 1000] [--seed 1] [--first 0] [--readers parquet,onnx] [--folder more/files]
 */
import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { allReaders } from "./fuzz/readers.ts";
import type { WorkerReport, WorkerTask } from "./fuzz/worker.ts";

const HEAP_MB = 384;
/** Of a process, for the files of this size; what the program itself takes is a fifth of it. */
const MOST_MEMORY_BYTES = 2 ** 30;
/** CPU time of one file, which takes milliseconds; and how long nothing may come of one, on a machine that is busy. */
const [MOST_MS, STALL_MS] = [5000, 60_000];
const POLL_MS = 500;

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    first: { type: "string", default: "0" },
    readers: { type: "string" },
    folder: { type: "string" },
  },
});

const scratch = mkdtempSync(join(tmpdir(), "gpu-importance-fuzz-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const worker = join(import.meta.dirname, "fuzz/worker.ts");

/** What became of a process: at which reader and file it ended, and why; nothing where it came to its end. */
type End = { readonly reader: string; readonly file: number; readonly fault: string } | undefined;

/** @param onReport is told of each reader that is done */
function run(task: WorkerTask, onReport: (report: WorkerReport) => void): Promise<End> {
  rmSync(task.status, { force: true });
  const execArgv = ["--import", "tsx", `--max-old-space-size=${HEAP_MB}`];
  const child = fork(worker, [JSON.stringify(task)], { execArgv, stdio: ["ignore", "inherit", "pipe", "ipc"] });
  let printed = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    printed = (printed + text).slice(-2000);
  });
  child.on("message", (message) => onReport(message as WorkerReport));
  return new Promise((resolve, reject) => {
    let [seen, since] = ["", Date.now()];
    const watch = setInterval(() => {
      const now = statusOf(task.status);
      if (now !== seen) [seen, since] = [now, Date.now()];
      else if (Date.now() - since > STALL_MS) child.kill("SIGKILL");
    }, POLL_MS);
    child.on("close", (code, signal) => {
      clearInterval(watch);
      if (code === 0) return resolve(undefined);
      const why = signal === "SIGKILL" ? `nothing came for ${STALL_MS / 1000} s` : `it ended with ${signal ?? code}`;
      const fault = `${why}\n${printed.trim()}`;
      const [reader, file] = statusOf(task.status).split(" ");
      if (file === undefined) reject(new Error(`sound files are not read: ${fault}`));
      else resolve({ reader: reader!, file: Number(file), fault });
    });
  });
}

function statusOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return ""; // it has not begun
  }
}

/** @returns how many faults there were */
function print(report: WorkerReport): number {
  const { reader, refused, same, other, mostMs, mostMemoryBytes } = report;
  const faults = [...report.faults];
  if (mostMs > MOST_MS) faults.push({ file: -1, fault: `a file took ${Math.round(mostMs)} ms` });
  if (mostMemoryBytes > MOST_MEMORY_BYTES) faults.push({ file: -1, fault: "the process grew" });
  const counts = `${refused} refused, ${same} as they were, ${other} with other values`;
  const bounds = `at most ${Math.round(mostMs)} ms a file, ${Math.round(mostMemoryBytes / 1e6)} MB`;
  console.log(`${reader.padEnd(12)} ${refused + same + other} files: ${counts}; ${bounds}`);
  for (const { file, fault } of faults) console.log(`  file ${file} of seed ${values.seed}: ${fault}`);
  return faults.length;
}

const names = allReaders(values.folder).map(({ name }) => name);
const chosen = values.readers?.split(",") ?? names;
const unknown = chosen.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no reader named ${unknown.join(", ")}; there are ${names.join(", ")}`);
const first = Number(values.first);
const base = { first, end: first + Number(values.files), seed: Number(values.seed), status: join(scratch, "status") };
const folder = values.folder === undefined ? {} : { folder: values.folder };
let faults = 0;
for (let [left, resumed] = [chosen, first]; left.length > 0; ) {
  const end = await run({ ...base, ...folder, readers: left, resumed }, (report) => {
    faults += print(report);
  });
  if (end === undefined) break;
  console.log(`${end.reader}: file ${end.file} of seed ${values.seed} ended the process: ${end.fault}`);
  faults++;
  [left, resumed] = [left.slice(left.indexOf(end.reader)), end.file + 1];
}
process.exitCode = faults === 0 ? 0 : 1;
