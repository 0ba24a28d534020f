/** Which process a file is of, and whether that process is still there: so that what a killed one left can be told apart. */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import process from "node:process";

interface ProcessMark {
  /** Where its number counts: this boot and process namespace on Linux, else the host. 8 hexadecimal digits. */
  readonly place: string;
  readonly pid: number;
  /** When it began, in ticks since the boot; 0 where the system does not say. */
  readonly start: number;
}

/** `unknown`: it is elsewhere (another machine, another container), or another process may have taken its number. */
type ProcessState = "running" | "ended" | "unknown";

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return ""; // a system without /proc
  }
}

/** The state letter and the start of a process, from /proc; undefined where that cannot be read. */
function procStat(pid: number | "self"): { readonly state: string; readonly start: number } | undefined {
  const text = textOf(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The name in the second field may hold spaces and parentheses; field 3 follows the last parenthesis.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const start = Number(fields[19]);
  return text === "" || !Number.isSafeInteger(start) ? undefined : { state: fields[0]!, start };
}

function ownPlace(): string {
  const boot = textOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8"));
  const space = textOf(() => readlinkSync("/proc/self/ns/pid"));
  const name = boot === "" || space === "" ? hostname() : `${boot} ${space}`;
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}

/** This process. */
export const ownMark: ProcessMark = { place: ownPlace(), pid: process.pid, start: procStat("self")?.start ?? 0 };

/** `3fa9c01b-4711-90210`, as it stands in names of files. */
export function markText({ place, pid, start }: ProcessMark): string {
  return `${place}-${pid}-${start}`;
}

/** What `markText` writes, for use within longer patterns. */
export const markPattern = "([0-9a-f]{8})-([1-9]\\d*)-(\\d+)";

/** @param groups the three that `markPattern` catches */
export function markOf([place, pid, start]: readonly string[]): ProcessMark {
  return { place: place!, pid: Number(pid), start: Number(start) };
}

/** A zombie computes no more, and nobody may ever collect it: in a container without an init process, for example. */
const isOver = (state: string) => state === "Z" || state === "X";

export function stateOf({ place, pid, start }: ProcessMark): ProcessState {
  if (place !== ownMark.place) return "unknown";
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "ended";
  }
  const stat = procStat(pid);
  if (stat === undefined || start === 0) return "unknown";
  return stat.start === start && !isOver(stat.state) ? "running" : "ended";
}
