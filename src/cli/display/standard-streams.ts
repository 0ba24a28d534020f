/**
 * Writing to stdout and stderr: their other end may be gone or full, and a terminal must not be steered by what files call
 * their things. Nothing else of the command line writes there but progress-display.ts.
 */
import { RunError } from "../../core/errors.ts";
import { jsonText, plainLines } from "../../core/plain-text.ts";
import { wrappedLine } from "../../core/wrapped-text.ts";

/** Without listeners an error of a standard stream would end the process with a stack trace. */
export function surviveClosedStreams(): void {
  process.stdout.on("error", () => {}); // `print` tells its caller.
  process.stderr.on("error", () => {}); // Nobody is left to be told.
}

/**
 * Text to stdout, waited for. A reader that has gone (`| head`) is no failure: it has what it wanted.
 * @throws RunError where the text cannot be written.
 */
export function print(text: string): Promise<void> {
  return written(plainLines(text));
}

/** A value as JSON to stdout, waited for. @throws RunError as `print`. */
export function printJson(value: unknown): Promise<void> {
  return written(`${jsonText(value)}\n`);
}

/** Lines for people to stderr, as wide as its terminal. @param written called when they are there */
export function tell(text: string, written?: () => void): void {
  const lines = text.split("\n").flatMap((line) => wrappedLine(line, process.stderr.columns));
  process.stderr.write(`${lines.join("\n")}\n`, written);
}

function written(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => {
      if (!error || ("code" in error && error.code === "EPIPE")) return resolve();
      const fault = { what: "the output cannot be written", where: "stdout", found: error.message };
      reject(new RunError({ ...fault, fix: "free some space, or send the output elsewhere" }, { cause: error }));
    });
  });
}
