/** `--queue`, or the variable that keeps an address with a password out of lists of processes. */
import { Option } from "commander";
import { UsageError } from "../../core/errors.ts";
import { text } from "../options/option-values.ts";

const VARIABLE = "GPU_IMPORTANCE_QUEUE";

/** True where the variable is to say it. */
export type QueueChoice = string | true | undefined;

/** @param what is done with the queue */
export function queueOption(what: string): Option {
  const help = `${what}: redis://host:6379; without a URL as ${VARIABLE} says`;
  return new Option("--queue [url]", help).argParser(text("an address"));
}

/** @throws UsageError where neither says it */
export function requireQueue(choice: QueueChoice): string {
  const url = typeof choice === "string" ? choice : process.env[VARIABLE];
  if (url !== undefined && url !== "") return url;
  throw new UsageError({
    what: "no queue is given",
    expected: `--queue redis://host:6379, or ${VARIABLE} in the environment`,
    found: "neither",
    fix: "add --queue with the address of a Redis server",
  });
}
