/**
 * Starts one command over and over as if for the first time, and compares every byte that it writes:
 *   npm run build && npx tsx scripts/check-cold-starts.ts [--starts N] [--adapter NAME] [--busy N] [-- OPTIONS]
 * Each start has an empty cache folder of its own. Every other one shares the machine with some busy processes (--busy, by
 * default one for each core), so that whatever is timed comes out otherwise. Of study.json and report.html the times of
 * the run do not count. --program names another build's dist/cli.js; OPTIONS are those of `gpu-importance run`, by default
 * a study of seconds. Ends with 1 where two starts differ.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";

const tiny = ["--repeats", "2", "--epochs", "1", "--hidden", "24,12", "--stride", "6", "--random-draws", "1"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    starts: { type: "string", default: "10" },
    adapter: { type: "string", default: "swiftshader" },
    busy: { type: "string", default: String(availableParallelism()) },
    program: { type: "string", default: join(import.meta.dirname, "../dist/cli.js") },
  },
});
const starts = Number(values.starts);
const command = ["run", "--adapter", values.adapter, ...(positionals.length > 0 ? positionals : tiny)];

/** Processes that do nothing but keep cores busy. */
function burden(): ChildProcess[] {
  const idle = ["-e", "for (;;) {}"];
  return Array.from({ length: Number(values.busy) }, () => spawn(process.execPath, idle, { stdio: "ignore" }));
}

/** What a file says, less when and how long the run was. */
function withoutTimes(name: string, bytes: Buffer): string | Buffer {
  if (name.endsWith("study.json")) {
    const study = JSON.parse(bytes.toString("utf8"));
    return JSON.stringify({ ...study, provenance: { ...study.provenance, started: "", elapsedMs: {}, costs: [] } });
  }
  if (name.endsWith(".html")) return bytes.toString("utf8").replaceAll(/<dt>(started|took)<\/dt><dd>.*?<\/dd>/g, "");
  return bytes;
}

/** File to the SHA-256 of its content. */
function digests(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  const digest = (name: string) =>
    createHash("sha256")
      .update(withoutTimes(name, readFileSync(join(folder, name))))
      .digest("hex");
  return new Map(files.map((name) => [name, digest(name)]));
}

interface Start {
  readonly files: ReadonlyMap<string, string>;
  readonly tiles: string;
  readonly elapsedMs: number;
}

/** One start with nothing cached. */
async function coldStart(loaded: boolean): Promise<Start> {
  const folder = mkdtempSync(join(tmpdir(), "gpu-importance-cold-"));
  const busy = loaded ? burden() : [];
  // The same path at every start, as the name of the folder is in the report.
  const out = "out";
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, "cache"), GPU_IMPORTANCE_TILES: "" };
  try {
    const begin = performance.now();
    await promisify(execFile)(process.execPath, [values.program, ...command, "--out", out, "--quiet"], {
      cwd: folder,
      env,
    });
    const elapsedMs = performance.now() - begin;
    const { tiles } = JSON.parse(readFileSync(join(folder, out, "study.json"), "utf8")).provenance;
    return { files: digests(join(folder, out)), tiles: Object.values(tiles).join(" "), elapsedMs };
  } finally {
    for (const process of busy) process.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts of each outcome, by the digest of all digests. */
const outcomes = new Map<string, { readonly start: Start; count: number }>();
const elapsed: number[][] = [[], []];
for (let index = 0; index < starts; index++) {
  const loaded = index % 2 === 1 && values.busy !== "0";
  const start = await coldStart(loaded);
  elapsed[Number(loaded)]!.push(start.elapsedMs);
  const key = JSON.stringify([...start.files]);
  const known = outcomes.get(key) ?? { start, count: 0 };
  known.count++;
  outcomes.set(key, known);
  const of = [...outcomes.keys()].indexOf(key) + 1;
  const [load] = loadavg();
  console.log(`start ${index + 1}: outcome ${of}, ${(start.elapsedMs / 1000).toFixed(1)} s, load ${load!.toFixed(1)}`);
}

const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
const seconds = (times: number[]) => `${((median(times) ?? 0) / 1000).toFixed(1)} s`;
const [first, ...others] = [...outcomes.values()].sort((a, b) => b.count - a.count);
console.log(`gpu-importance ${command.join(" ")}`);
const beside = elapsed[1]!.length > 0 ? `, ${seconds(elapsed[1]!)} beside ${values.busy} busy processes` : "";
console.log(`${starts} cold starts, ${seconds(elapsed[0]!)} each${beside}`);
console.log(`${outcomes.size} outcome${outcomes.size === 1 ? "" : "s"} of ${first!.start.files.size} files`);
for (const { start, count } of [first!, ...others]) {
  const differing = [...start.files].filter(([name, digest]) => first!.start.files.get(name) !== digest);
  const names = differing.map(([name]) => name).join(", ") || "(the most frequent)";
  console.log(`  ${count} starts, kernels ${start.tiles}: ${names}`);
}
process.exitCode = outcomes.size === 1 ? 0 : 1;
