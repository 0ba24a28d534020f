/**
 * How much memory a run has at most, by its number of repeats, which must not matter:
 *   npm run build && npx tsx scripts/measure-repeats.ts [--repeats 20,200] [--program dist/cli.js] [--adapter swiftshader]
 *     [-- OPTIONS]
 * OPTIONS are those of `gpu-importance run`, by default small networks on a small table. Says the largest resident set of each run,
 * as the system counts it, and ends with 1 where the last exceeds 1.3 times the first.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeTable } from "./tiny-commands.ts";

const MOST = 1.3;
const small = "--data bands.csv --hidden 12,8 --epochs 2 --no-report".split(" ");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repeats: { type: "string", default: "20,200" },
    program: { type: "string", default: join(import.meta.dirname, "../dist/cli.js") },
    adapter: { type: "string", default: "swiftshader" },
  },
});
const options = positionals.length > 0 ? positionals : small;
const scratch = mkdtempSync(join(tmpdir(), "gpu-importance-repeats-"));
writeTable(scratch);

/** The command line in a process of its own, which says at its end what it had at most. */
const program = `
  process.once("exit", () => process.stderr.write("\\nkB " + process.resourceUsage().maxRSS + "\\n"));
  process.argv.splice(1, 0, "gpu-importance");
  await import(${JSON.stringify(resolve(values.program))});
`;

/** Megabytes. */
function peakOf(repeats: string): number {
  const args = [
    "run",
    ...options,
    "--repeats",
    repeats,
    "--adapter",
    values.adapter,
    "--out",
    `of-${repeats}`,
    "--quiet",
  ];
  const begin = performance.now();
  const child = spawnSync(process.execPath, ["--input-type=module", "--eval", program, "--", ...args], {
    cwd: scratch,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  const kilobytes = /\nkB (\d+)\n/.exec(child.stderr)?.[1];
  if (child.status !== 0 || kilobytes === undefined) throw new Error(child.stderr);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`${repeats} repeats: at most ${(Number(kilobytes) / 1000).toFixed(0)} MB, ${seconds} s`);
  return Number(kilobytes) / 1000;
}

try {
  console.log(`gpu-importance run ${options.join(" ")}`);
  const peaks = values.repeats.split(",").map(peakOf);
  const ratio = peaks.at(-1)! / peaks[0]!;
  console.log(`ratio ${ratio.toFixed(2)}`);
  process.exitCode = ratio <= MOST ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
