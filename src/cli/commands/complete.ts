/** What a command's module gives, and what it is given. */
import type { Command } from "commander";

/** What a command tells the program, beside errors. */
export interface Told {
  /** Where `doctor` ends normally and has found that something is wrong. */
  readonly onUnhealthy: () => void;
}

/** Adds options, examples and what is done to a command that has its name and arguments. */
export type Complete = (command: Command, told: Told) => void;
