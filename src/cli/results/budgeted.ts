/**
 * What a study will take is told before it begins; within a budget it is made as fine as that allows, or, where it goes on, as fine
 * as it was begun.
 */
import { finenessesOf, withinMinutes } from "../../budget.ts";
import type { MeasuringConfig } from "../../core/study.ts";
import type { PartEstimate } from "../../estimate-trial.ts";
import { begunLine, budgetLines } from "../display/budget-text.ts";
import { workLines } from "../display/work-text.ts";

interface Estimating<C> {
  estimate(config: C): Promise<PartEstimate[]>;
  /** Undefined where nobody is told; then nothing is tried unless a budget needs it. */
  readonly tell: ((line: string) => void) | undefined;
  /** Whether there are results in that folder, which are all that can be had. */
  readonly isComplete: boolean;
  /** Whether the study of a configuration was begun in the folder of the results, or is complete there. */
  isBegun(config: C): Promise<boolean>;
}

/** The configuration of the study that was begun, if its fineness is one of those that there are. */
async function begun<C extends MeasuringConfig>(config: C, isBegun: Estimating<C>["isBegun"]): Promise<C | undefined> {
  for (const own of finenessesOf(config)) if (await isBegun(own)) return own;
  return undefined;
}

/** What a configuration may become within a budget. */
export const withinBudget = <C extends MeasuringConfig>(config: C, minutes: number | undefined): C[] =>
  minutes === undefined ? [config] : finenessesOf(config);

/** @returns the configuration as it was, or as the budget has made it */
export async function budgeted<C extends MeasuringConfig>(
  config: C,
  minutes: number | undefined,
  { estimate, tell, isComplete, isBegun }: Estimating<C>,
): Promise<C> {
  if (isComplete) return minutes === undefined ? config : ((await begun(config, isBegun)) ?? config);
  if (minutes === undefined) {
    if (tell !== undefined) for (const line of workLines(await estimate(config))) tell(line);
    return config;
  }
  const before = await begun(config, isBegun);
  if (before !== undefined) {
    tell?.(begunLine(before));
    return before;
  }
  const fitted = await withinMinutes(config, minutes, estimate);
  for (const line of budgetLines(fitted, minutes)) tell?.(line);
  return fitted.config;
}
