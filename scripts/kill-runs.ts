/**
 * Kills commands that write, at random moments, and looks at what they leave:
 *   npm run build && npx tsx scripts/kill-runs.ts [--count 60] [--seed 1] [--adapter swiftshader]
 * Each third kill is of run, analyze and prune (which finetunes); by SIGKILL, SIGINT or SIGTERM. Checked each time: every
 * file with its final name holds what the undisturbed command writes (curves may be of fewer repeats); after SIGINT and
 * SIGTERM nothing hidden is left and the message says what was kept and what to do; the next command in the same folder
 * succeeds, and leaves exactly the files of an undisturbed one. Ends with 1 where something is not so.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { appendAll } from "../src/core/long-arrays.ts";
import {
  faultsOf,
  filesOf,
  isHidden,
  prepare,
  seeded,
  start,
  type WritingCommand,
  writingCommands,
} from "./tiny-commands.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    adapter: { type: "string", default: "swiftshader" },
  },
});
const signals = ["SIGKILL", "SIGKILL", "SIGINT", "SIGTERM"] as const;
/** The last kills come after the command has ended, the first before it has begun. */
const LATEST = 1.02;

interface Undisturbed {
  readonly files: ReadonlyMap<string, string>;
  /** The last one, as others on the machine let it. */
  elapsedMs: number;
}

/** What one kill left. */
interface Left {
  readonly killed: boolean;
  readonly signal: string;
  /** Names of the files that have their final names. */
  readonly whole: readonly string[];
  readonly hidden: number;
  /** From the signal to the end. */
  readonly endedMs: number;
  readonly faults: readonly string[];
}

const scratch = mkdtempSync(join(tmpdir(), "gpu-importance-kills-"));
const next = seeded(Number(values.seed));

async function undisturbed(command: WritingCommand): Promise<Undisturbed> {
  const { code, stderr, elapsedMs } = await start(command.args(`whole-${command.name}`), scratch).ended;
  if (code !== 0) throw new Error(stderr);
  return { files: filesOf(join(scratch, `whole-${command.name}`)), elapsedMs };
}

async function killOnce(command: WritingCommand, reference: Undisturbed, out: string): Promise<Left> {
  const signal = signals[Math.floor(next() * signals.length)]!;
  const running = start(command.args(out), scratch);
  await wait(next() * LATEST * reference.elapsedMs);
  const killedAt = performance.now();
  const killed = running.child.exitCode === null && running.child.kill(signal);
  const ended = await running.ended;
  const endedMs = performance.now() - killedAt;
  const files = filesOf(join(scratch, out));
  const wasKilled = killed && ended.signal === signal;
  const faults = faultsOf(files, reference.files, !wasKilled);
  const hidden = [...files.keys()].filter(isHidden);
  if (wasKilled && signal !== "SIGKILL") {
    // A signal that comes before the program has begun ends it without a word.
    const began = ended.stderr !== "" || files.size > 0;
    if (began && !/stopped by SIG\w+\n {2}kept: {5}.+\n {2}to do: {4}.+/.test(ended.stderr)) faults.push("no message");
    if (hidden.length > 0) faults.push(`left ${hidden.join(", ")}`);
  }
  const whole = [...files.keys()].filter((name) => !isHidden(name));
  const again = await start([...command.args(out), ...(whole.length > 0 ? ["--force"] : [])], scratch).ended;
  reference.elapsedMs = again.elapsedMs;
  if (again.code !== 0) faults.push(`the next one failed: ${again.stderr}`);
  const after = filesOf(join(scratch, out));
  appendAll(faults, [
    ...faultsOf(after, reference.files, true),
    ...[...after.keys()].filter(isHidden).map((name) => `left ${name}`),
  ]);
  return { killed: wasKilled, signal, whole, hidden: hidden.length, endedMs, faults };
}

async function main(): Promise<number> {
  await prepare(scratch, values.adapter);
  const commands = writingCommands(values.adapter);
  const references = new Map<string, Undisturbed>();
  for (const command of commands) references.set(command.name, await undisturbed(command));
  const all: Left[] = [];
  for (let index = 0; index < Number(values.count); index++) {
    const command = commands[index % commands.length]!;
    const left = await killOnce(command, references.get(command.name)!, `kill-${index}`);
    all.push(left);
    const what = `${left.whole.length} whole, ${left.hidden} hidden; ended after ${left.endedMs.toFixed(0)} ms`;
    process.stdout.write(`${index} ${command.name} ${left.killed ? left.signal : "ended before"}: ${what}\n`);
    for (const fault of left.faults) process.stdout.write(`    FAULT ${fault}\n`);
    rmSync(join(scratch, `kill-${index}`), { recursive: true, force: true });
  }
  const killed = all.filter((left) => left.killed);
  const byHand = killed.filter(({ signal }) => signal !== "SIGKILL");
  const slowest = byHand.reduce((most, { endedMs }) => Math.max(most, endedMs), 0);
  process.stdout.write(
    `seed ${values.seed}: ${killed.length} of ${all.length} were killed, ${byHand.length} by SIGINT or SIGTERM (ended within ` +
      `${slowest.toFixed(0)} ms); ${killed.filter(({ hidden }) => hidden > 0).length} left hidden files, ` +
      `${killed.filter(({ whole }) => whole.length > 0).length} whole ones; ` +
      `${all.filter(({ faults }) => faults.length > 0).length} with faults\n`,
  );
  return all.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

try {
  process.exitCode = await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
