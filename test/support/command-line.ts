/** The built command line as people run it: a process of its own, from `npm run build`. */
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

export const root = join(import.meta.dirname, "../..");
const program = join(root, "dist/cli.js");

/** The embedded adapter, named so that results do not depend on the machine. */
export const onSwiftShader = ["--adapter", "swiftshader"];

export interface Finished {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** With the lines whole that were broken at 80 columns. */
  readonly stderr: string;
}

export type RunningProgram = ChildProcessByStdio<null, Readable, Readable>;

interface RunOptions {
  /** Working folder, for relative paths. Default: the repository's root. */
  readonly folder?: string;
  /** Shell text before the program, for example `ulimit -f 8;`. */
  readonly shell?: string;
  /** Shell text after the arguments, for example `> /dev/full`. */
  readonly redirection?: string;
  /** Further environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

const quoted = (argument: string) => `'${argument.replaceAll("'", "'\\''")}'`;

/** Starts `gpu-importance` with these arguments. */
export function start(args: readonly string[], options: RunOptions = {}): RunningProgram {
  if (!existsSync(program)) throw new Error("dist/cli.js is missing: npm run build comes before these tests");
  const { folder = root, shell, redirection, environment } = options;
  const env = { ...process.env, ...environment };
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  if (shell === undefined && redirection === undefined) {
    return spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio });
  }
  const command = [process.execPath, program, ...args].map(quoted).join(" ");
  return spawn("sh", ["-c", `${shell ?? ""} exec ${command} ${redirection ?? ""}`], { cwd: folder, env, stdio });
}

const COLUMNS = 80;

/** Lines as they were before they were broken: one that goes on begins with spaces, and its first word had no room above. */
export function unbroken(text: string): string {
  const whole: string[] = [];
  let above = "";
  for (const line of text.split("\n")) {
    const [, word] = /^ {4,}(\S+)/.exec(line) ?? [];
    const goesOn = word !== undefined && above !== "" && above.length + 1 + word.length > COLUMNS;
    if (goesOn) whole.push(`${whole.pop()} ${line.trimStart()}`);
    else whole.push(line);
    above = line;
  }
  return whole.join("\n");
}

/** Waits for the end of a program that was started. */
export async function finish(running: RunningProgram): Promise<Finished> {
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    running.once("error", reject);
    running.once("close", (exitCode, signal) => resolve([exitCode, signal]));
  });
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([text(running.stdout), text(running.stderr), ended]);
  return { exitCode, signal, stdout, stderr: unbroken(stderr) };
}

/** Runs `gpu-importance` with these arguments to its end. */
export function commandLine(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return finish(start(args, options));
}

/** What `commandLine` gives of many commands that compute nothing, all in one process. */
export function refusals(commands: readonly (readonly string[])[], folder: string): Finished[] {
  const script = join(root, "test/support/many-commands.mjs");
  const ended = spawnSync(process.execPath, [script], {
    cwd: folder,
    input: JSON.stringify(commands),
    encoding: "utf8",
  });
  if (ended.status !== 0) throw new Error(ended.stderr);
  const results = JSON.parse(ended.stdout) as Finished[];
  return results.map((one) => ({ ...one, stderr: unbroken(one.stderr) }));
}
