/** The two kinds of failure a user can mend, told apart by exit code. Everything else is a bug and keeps its stack. */

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

function faultMessage({ what, where, expected, found, kept, fix }: Fault): string {
  const lines = [where === undefined ? what : `${where}: ${what}`];
  if (expected !== undefined) lines.push(`  expected: ${expected}`);
  if (found !== undefined) lines.push(`  found:    ${found}`);
  if (kept !== undefined) lines.push(`  kept:     ${kept}`);
  if (fix !== undefined) lines.push(`  to do:    ${fix}`);
  return lines.join("\n");
}

/** A run that cannot go on: damaged input, unwritable output, lost device, diverged training. Exit code 1. */
export class RunError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault, options?: ErrorOptions) {
    super(faultMessage(fault), options);
    this.name = "RunError";
    this.fault = fault;
  }
}

/** A request that makes no sense as written: unknown option, value out of range. Exit code 2. */
export class UsageError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault, options?: ErrorOptions) {
    super(faultMessage(fault), options);
    this.name = "UsageError";
    this.fault = fault;
  }
}
