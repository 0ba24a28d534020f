/** A command that makes studies, at work: what it shows, and what it says should a signal end it. */
import { clock } from "../../host/clock.ts";
import { createProgressDisplay, type ProgressDisplay } from "../display/progress-display.ts";
import { print } from "../display/standard-streams.ts";
import { endInOrder, type Told } from "./interruption.ts";

export interface Session {
  readonly display: ProgressDisplay;
  /** What is kept of the study in hand, and how to go on. */
  told: () => Told | Promise<Told>;
  /** Takes lines that say where the results of a study are. */
  readonly conclude: (line: string) => void;
  /** Takes the table of a study that is done. */
  readonly print: (text: string) => Promise<void>;
}

export const nothingKept: Told = { kept: "nothing: no file was finished", fix: "start the same command again" };

/** From now on, signals end the process in order. */
export function beginSession({ quiet }: { readonly quiet?: boolean }): Session {
  const display = createProgressDisplay({ stream: process.stderr, quiet: quiet === true, clock });
  const session: Session = { display, told: () => nothingKept, conclude: display.line, print };
  endInOrder(display.stop, () => session.told());
  return session;
}
