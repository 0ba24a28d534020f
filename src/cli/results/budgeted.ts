/** What a study will take is told before it begins; within a budget it is made as fine as that allows. */
import { withinMinutes } from "../../budget.ts";
import type { MeasuringConfig } from "../../core/study.ts";
import type { PartEstimate } from "../../estimate-trial.ts";
import { budgetLines } from "../display/budget-text.ts";
import { workLines } from "../display/work-text.ts";

interface Estimating<C> {
  estimate(config: C): Promise<PartEstimate[]>;
  /** Undefined where nobody is told; then nothing is tried unless a budget needs it. */
  readonly tell: ((line: string) => void) | undefined;
}

/** @returns the configuration as it was, or as the budget has made it */
export async function budgeted<C extends MeasuringConfig>(
  config: C,
  minutes: number | undefined,
  { estimate, tell }: Estimating<C>,
): Promise<C> {
  if (minutes === undefined) {
    if (tell !== undefined) for (const line of workLines(await estimate(config))) tell(line);
    return config;
  }
  const fitted = await withinMinutes(config, minutes, estimate);
  for (const line of budgetLines(fitted, minutes)) tell?.(line);
  return fitted.config;
}
