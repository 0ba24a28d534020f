/**
 * Keeps out of sight what Dawn and drivers print on stderr whenever adapters are looked for, and what nobody can act on. Native
 * code writes to file descriptor 2 and asks nobody, so while one native call runs, that descriptor is the end of a pipe. Another
 * process reads the pipe and passes on all but the known lines: should the call end this process, what was printed is seen.
 *
 * On Linux alone: the lines come from Vulkan, and Windows' runtimes each keep descriptors of their own. Where the pipe cannot be
 * made (no `koffi` for this machine, no second process), the lines are seen; nothing depends on them.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";

/** Lines that are dropped, whole. The limits are those that Dawn never offers to programs. */
const knownWarnings = [
  String.raw`^Warning: max\w+ artificially reduced from \d+ to \d+ to fit dynamic offset allocation limit\.$`,
  String.raw`^WARNING: \w+ is not a conformant \w+ implementation, testing use only\.$`,
] as const;

/** The other process: JavaScript that Node takes as an argument. Bytes stay what they are, and an interrupt ends it not sooner. */
const PASS_ON = `
const known = new RegExp(process.argv[1]);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
let rest = "";
const passOn = (line, end) => known.test(line) || process.stderr.write(Buffer.from(line + end, "latin1"));
process.stderr.on("error", () => {});
process.stdin.setEncoding("latin1");
process.stdin.on("data", (text) => {
  const lines = (rest + text).split("\\n");
  rest = lines.pop();
  for (const line of lines) passOn(line, "\\n");
});
process.stdin.on("end", () => rest && passOn(rest, ""));
`;

const STDERR = 2;
/** Of Linux: descriptors that a process started by this one does not inherit. */
const O_CLOEXEC = 0o2000000;
const F_DUPFD_CLOEXEC = 1030;

/** Functions of the C library; negative where they fail. */
interface Descriptors {
  pipe(ends: Int32Array): number;
  dup2(from: number, to: number): number;
  /** Another descriptor, 3 or higher, of the same file. */
  copy(descriptor: number): number;
}

async function descriptors(): Promise<Descriptors | undefined> {
  if (process.platform !== "linux") return undefined;
  try {
    const { load } = (await import("koffi")).default;
    const library = load(null);
    const pipe2 = library.func("int pipe2(int *ends, int flags)");
    const fcntl = library.func("int fcntl(int descriptor, int command, int least)");
    const dup2 = library.func("int dup2(int from, int to)");
    return {
      pipe: (ends) => pipe2(ends, O_CLOEXEC),
      dup2: (from, to) => dup2(from, to),
      copy: (descriptor) => fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR + 1),
    };
  } catch {
    return undefined; // It is an optional package, and its absence costs a few lines on stderr.
  }
}

/** Native calls whose known warnings are kept out of sight, until it is disposed of. */
interface Hush extends Disposable {
  during<T>(call: () => T): T;
}

const seen: Hush = { during: (call) => call(), [Symbol.dispose]() {} };

/** @param isWanted whether the warnings are to be seen */
export async function hush(isWanted: boolean): Promise<Hush> {
  const library = isWanted ? undefined : await descriptors();
  const ends = new Int32Array(2);
  if (library === undefined || library.pipe(ends) < 0) return seen;
  const [read, write] = ends as unknown as readonly [number, number];
  try {
    await started(read);
  } catch {
    closeSync(write);
    return seen; // No second process: as without the pipe.
  } finally {
    closeSync(read);
  }
  return {
    during: (call) => redirected(library, write, call),
    [Symbol.dispose]: () => closeSync(write),
  };
}

/** Starts the process that reads the pipe, and lets this one end before it. Rejects where there can be none. */
function started(read: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // What is asked of Node elsewhere (loaders, inspectors) is not meant for it.
    const environment = { ...process.env, NODE_OPTIONS: "" };
    const child: ChildProcess = spawn(process.execPath, ["-e", PASS_ON, knownWarnings.join("|")], {
      stdio: [read, "ignore", "inherit"],
      env: environment,
    });
    child.once("error", reject);
    child.once("spawn", resolve);
    child.unref();
  });
}

/** Does a call while descriptor 2 is the pipe. Nothing else of JavaScript runs meanwhile. */
function redirected<T>({ copy, dup2 }: Descriptors, write: number, call: () => T): T {
  const own = copy(STDERR);
  if (own < 0) return call();
  dup2(write, STDERR);
  try {
    return call();
  } finally {
    dup2(own, STDERR);
    closeSync(own);
  }
}
