/** What a comparison will do in the time there is, for people, before it begins. */
import type { Budgeted } from "../../budget.ts";
import type { MeasuringConfig } from "../../core/study.ts";
import { workLines } from "./work-text.ts";

function stepsText(stride: number): string {
  return stride === 1 ? "every step of a curve" : `a step of a curve every ${stride} neurons`;
}

function finenessText({ stride, randomDraws, shapleyDraws, greedyBlock }: MeasuringConfig): string {
  const permutations = shapleyDraws === undefined ? "" : `, ${shapleyDraws} permutations for Shapley values`;
  const blocks = greedyBlock === undefined ? "" : `, greedy searches in steps of ${greedyBlock}`;
  return `${stepsText(stride)}, ${randomDraws} random orders a scope${permutations}${blocks}`;
}

/** Of a study that was begun before: trials might choose otherwise today, and then nothing of it could be gone on from. */
export function begunLine(config: MeasuringConfig): string {
  return `budget:  ${finenessText(config)}: as the unfinished study in this folder was begun; --fresh chooses anew`;
}

export function budgetLines({ config, estimates, fits }: Budgeted<MeasuringConfig>, minutes: number): string[] {
  const within = `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  const verdict = fits ? `what fits into ${within}` : `the coarsest; more than ${within} all the same`;
  return [`budget:  ${finenessText(config)}: ${verdict}`, ...workLines(estimates)];
}
