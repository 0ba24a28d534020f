/** Small commands that write, for the scripts that kill them or start them together: what each wrote when nothing disturbed it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { RandomSequence, streams } from "../src/core/random.ts";

const program = join(import.meta.dirname, "../dist/cli.js");
const FEATURES = 24;
const CLASSES = 3;

/** Numbers in [0, 1) that a seed decides. */
export function seeded(seed: number): () => number {
  const sequence = new RandomSequence(seed, 0, streams.initialisation, 0);
  return () => sequence.nextUnit();
}

/** A table of three classes, each bright in its third of the columns. */
export function writeTable(folder: string): void {
  const next = seeded(1);
  const header = [...Array.from({ length: FEATURES }, (_, index) => `x${index}`), "label"].join(",");
  const rows = Array.from({ length: 240 }, (_, row) => {
    const label = row % CLASSES;
    const cells = Array.from({ length: FEATURES }, (__, column) =>
      (next() + (column % CLASSES === label ? 0.5 : 0)).toFixed(3),
    );
    return [...cells, `c${label}`].join(",");
  });
  writeFileSync(join(folder, "bands.csv"), `${[header, ...rows].join("\n")}\n`);
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly elapsedMs: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a command of the built program, its kernels fixed, so that equal commands write equal bytes. */
export function start(args: readonly string[], folder: string): Running {
  if (!existsSync(program)) throw new Error("dist/cli.js is missing: npm run build comes before");
  const begin = performance.now();
  const env = { ...process.env, GPU_IMPORTANCE_TILES: "subgroup" };
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  const closed = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once("close", (code, signal) => resolve([code, signal]));
  });
  const ended = Promise.all([closed, text(child.stderr)]).then(([[code, signal], stderr]) => {
    const own = stderr.replaceAll(/^Warning: maxDynamic.*\n/gm, "");
    return { code, signal, stderr: own, elapsedMs: performance.now() - begin };
  });
  return { child, ended };
}

/** A grid file: small studies of that table, one for each combination of the values in some more lines. */
export const tinyGrid = (...varying: string[]): string => `data: bands.csv
hidden: "40,30"
repeats: 3
epochs: 10
random-draws: 10
stride: 8
scopes: network
singles: none
${varying.join("\n")}
`;

/** Every file below a folder, with its text; nothing where there is no folder. */
export function filesOf(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(folder, path), readFileSync(path, "latin1")];
    }),
  );
}

/** Of a hidden claim, or a file that is being written. */
export const isHidden = (name: string): boolean => /(^|\/)\.[^/]*claim-\d+$|\.partial$/.test(name);

/** A command that writes. */
export interface WritingCommand {
  readonly name: string;
  /** Everything it writes goes below the folder `out`. */
  args(out: string): string[];
  /** Written last: who has it is done. */
  readonly last: string;
}

export function writingCommands(adapter: string): WritingCommand[] {
  const device = ["--adapter", adapter];
  const sweep = ["--random-draws", "10", "--no-report", "--data", "bands.csv", ...device];
  // So little memory that networks are ablated one after another.
  const slow = ["--memory", "1", "--scopes", "layers,network"];
  const run = ["run", "--hidden", "40,30", "--repeats", "3", "--epochs", "20", ...sweep, ...slow];
  const prune = ["prune", "networks/models/repeat-000.safetensors", "--data", "bands.csv", ...device];
  return [
    { name: "run", args: (out) => [...run, "--out", out], last: "study.json" },
    {
      name: "analyze",
      args: (out) => ["analyze", ...networks, ...sweep, ...slow, "--out", out],
      last: "study.json",
    },
    {
      name: "prune",
      args: (out) => {
        const files = ["--out", join(out, "small.onnx"), "--json", join(out, "small.json")];
        return [...prune, "--keep", "50%", "--finetune", "100", ...files];
      },
      last: "small.json",
    },
  ];
}

const networks = [0, 1, 2].map((repeat) => `networks/models/repeat-00${repeat}.safetensors`);

/** Trains the networks that `analyze` and `prune` read. */
export async function prepare(folder: string, adapter: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeTable(folder);
  const [run] = writingCommands(adapter);
  const { code, stderr } = await start(run!.args("networks"), folder).ended;
  if (code !== 0) throw new Error(stderr);
}

/** Without the column of this name. */
function withoutColumn(table: string, column: string): string {
  const rows = table.split("\n").map((row): string[] => row.match(/(?<=^|,)("[^"]*"|[^,]*)/g) ?? []);
  const index = rows[0]!.indexOf(column);
  return rows.map((row) => row.filter((_, at) => at !== index).join(",")).join("\n");
}

/** Text without what differs between two runs of one command: times and paths. */
function settled(name: string, content: string): string {
  if (/(^|\/)study\.json$/.test(name)) {
    const { provenance: _, files: __, ...study } = JSON.parse(content) as Record<string, unknown>;
    return JSON.stringify(study);
  }
  if (name === "grid.csv") return withoutColumn(content, "elapsed_seconds");
  if (name.endsWith(".done.json")) return content.replace(/"elapsedMs": [\d.e-]+/, "");
  return content.replaceAll(/[\w-]+\/small\./g, "small.");
}

/** Rows of the repeats that a table has. */
function ofRepeats(reference: string, repeats: ReadonlySet<string>): string {
  const [header, ...lines] = reference.split("\n");
  return [header, ...lines.filter((line) => line === "" || repeats.has(line.split(",")[0]!))].join("\n");
}

/** What is wrong with the files that have their final names, against those of an undisturbed command; empty where nothing is. */
export function faultsOf(
  files: ReadonlyMap<string, string>,
  reference: ReadonlyMap<string, string>,
  isComplete: boolean,
): string[] {
  const faults: string[] = [];
  for (const [name, content] of files) {
    // What a study goes on from.
    if (isHidden(name) || (!isComplete && name.startsWith("parts/"))) continue;
    const whole = reference.get(name);
    if (whole === undefined) faults.push(`${name} is none of its files`);
    else if (settled(name, content) !== settled(name, whole)) {
      const repeats = new Set(content.split("\n").map((line) => line.split(",")[0]!));
      const mayBePart = !isComplete && /^(curves|single)\.csv$/.test(name);
      if (!mayBePart || content !== ofRepeats(whole, repeats)) faults.push(`${name} differs`);
    }
  }
  if (isComplete) for (const name of reference.keys()) if (!files.has(name)) faults.push(`${name} is missing`);
  return faults;
}
