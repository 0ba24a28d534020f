/**
 * The two kinds of failure a user can mend, told apart by exit code. Everything else is a bug and keeps its stack.
 *
 * Which one it is, is decided by what is wrong. The request (UsageError, exit code 2): an option is unknown, out of range, at odds
 * with another, not given though the named files need it, or says of them what they are not. Or what it needs (RunError, exit code
 * 1): the request makes sense, but a file is missing or damaged, there is no such adapter, memory, disk or the device fail, or
 * training diverges.
 */
import { plainLine } from "./plain-text.ts";

/** What went wrong, in the order a person asks: what, where, what was expected, what was found, what to do. */
export interface Fault {
  readonly what: string;
  readonly where?: string;
  readonly expected?: string;
  readonly found?: string;
  /** What of the results is there in spite of it. */
  readonly kept?: string;
  readonly fix?: string;
}

/** More lines of a field say nothing to a person. */
const MOST_LINES = 40;

/** A field that goes on below itself: no line of it can pass for another field. */
function fieldText(text: string): string {
  const lines = text.split("\n", MOST_LINES + 1).map((line) => plainLine(line.trim()));
  if (lines.length > MOST_LINES) lines[MOST_LINES] = "...";
  return lines.join("\n            ");
}

/** What stands in a message may come from a file, a driver or a caught exception. */
function shownFault({ what, where, ...more }: Fault): Fault {
  const fields = Object.entries(more).map(([name, text]) => [name, text === undefined ? text : fieldText(text)]);
  return {
    what: plainLine(what),
    ...(where !== undefined && { where: plainLine(where) }),
    ...Object.fromEntries(fields),
  };
}

function faultMessage({ what, where, expected, found, kept, fix }: Fault): string {
  const lines = [where === undefined ? what : plainLine(`${where}: ${what}`)];
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  if (found !== undefined) lines.push(`  found:    ${found}`);
  if (kept !== undefined) lines.push(`  kept:     ${kept}`);
  if (fix !== undefined) lines.push(`  to do:    ${fix}`);
  return lines.join("\n");
}

/** A run that cannot go on: missing or damaged input, unwritable output, lost device, diverged training. Exit code 1. */
export class RunError extends Error {
  readonly fault: Fault;
  constructor(given: Fault, options?: ErrorOptions) {
    const fault = shownFault(given);
    super(faultMessage(fault), options);
    this.name = "RunError";
    this.fault = fault;
  }
}

/** A request that makes no sense as written, or not for the files that it names. Exit code 2. */
export class UsageError extends Error {
  readonly fault: Fault;
  constructor(given: Fault, options?: ErrorOptions) {
    const fault = shownFault(given);
    super(faultMessage(fault), options);
    this.name = "UsageError";
    this.fault = fault;
  }
}
