/** Reads damaged files in a process of its own, which may die of them. Started by scripts/fuzz-readers.ts. */
import { openSync, writeSync } from "node:fs";
import { RunError, UsageError } from "../../src/core/errors.ts";
import { mutated } from "./mutations.ts";
import { SeededRandom } from "./random.ts";
import { allReaders, type Reader, type Seed } from "./readers.ts";

/** What the process is told, as JSON in its argument. */
export interface WorkerTask {
  /** Names, in order. */
  readonly readers: readonly string[];
  /** Of the first reader; the others begin at `first`. */
  readonly resumed: number;
  readonly first: number;
  readonly end: number;
  readonly seed: number;
  /** Reader and number of the file that is being read are written here, before anything can go wrong. */
  readonly status: string;
  readonly folder?: string;
}

export interface WorkerReport {
  readonly reader: string;
  readonly refused: number;
  /** Read as the sound file is. */
  readonly same: number;
  /** Read as other values. */
  readonly other: number;
  /** Number of the file, and what came out of it that must not. */
  readonly faults: readonly { readonly file: number; readonly fault: string }[];
  /** Of CPU time, for one file. */
  readonly mostMs: number;
  readonly mostMemoryBytes: number;
}

/** Room for what is written there, so that what was longer is written over. */
const STATUS_BYTES = 40;

type Running = Pick<WorkerTask, "end" | "seed"> & { readonly status: number };

/** The damaged file of a number: the same for the same seed. */
export function damagedFile({ name, seeds }: Reader, file: number, seed: number): { seed: Seed; bytes: Uint8Array } {
  const random = new SeededRandom(Math.imul(file + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b) ^ name.length);
  const chosen = random.pick(seeds);
  const whole = chosen.files[chosen.name]!;
  const open = ({ content, files, name: own }: Seed) => content?.open(files[own]!) ?? files[own]!;
  const bytes = mutated(open(chosen), random, seeds.slice(0, 4).map(open));
  return { seed: chosen, bytes: chosen.content?.pack(bytes, whole) ?? bytes };
}

async function fuzz(reader: Reader, first: number, { status, end, seed }: Running): Promise<WorkerReport> {
  const sound = new Map<Seed, string>();
  for (const one of reader.seeds) sound.set(one, await reader.read(one, one.files));
  const counts = { refused: 0, same: 0, other: 0 };
  const faults: { file: number; fault: string }[] = [];
  let mostMs = 0;
  for (let file = first; file < end; file++) {
    writeSync(status, `${reader.name} ${file}`.padEnd(STATUS_BYTES), 0);
    const damaged = damagedFile(reader, file, seed);
    const before = process.cpuUsage();
    try {
      const values = await reader.read(damaged.seed, { ...damaged.seed.files, [damaged.seed.name]: damaged.bytes });
      counts[values === sound.get(damaged.seed) ? "same" : "other"]++;
    } catch (error) {
      if (error instanceof RunError || error instanceof UsageError) counts.refused++;
      else faults.push({ file, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    const { user, system } = process.cpuUsage(before);
    mostMs = Math.max(mostMs, (user + system) / 1000);
  }
  const mostMemoryBytes = 1024 * process.resourceUsage().maxRSS;
  return { reader: reader.name, ...counts, faults, mostMs, mostMemoryBytes };
}

if (process.send !== undefined) {
  const task = JSON.parse(process.argv[2]!) as WorkerTask;
  const known = allReaders(task.folder);
  const status = openSync(task.status, "w");
  for (const [index, name] of task.readers.entries()) {
    const reader = known.find((one) => one.name === name)!;
    const report = await fuzz(reader, index === 0 ? task.resumed : task.first, { ...task, status });
    await new Promise((resolve) => process.send!(report, resolve));
  }
  process.exit();
}
