/** Says on stderr what the inputs of networks are, where it is not plain. */

import type { ProgressDisplay } from "./progress-display.ts";

interface Told {
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** Passes on what it is given. */
export function tellInputs<T extends Told>(prepared: T, display: Pick<ProgressDisplay, "line" | "warn">): T {
  for (const note of prepared.notes) display.line(`inputs:  ${note}`);
  for (const warning of prepared.warnings) display.warn(warning);
  return prepared;
}
