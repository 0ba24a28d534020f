/** What a comparison will do in the time there is, for people, before it begins. */
import type { Budgeted } from "../../budget.ts";
import type { MeasuringConfig } from "../../core/study.ts";
import { workLines } from "./work-text.ts";

function stepsText(stride: number): string {
  return stride === 1 ? "every step of a curve" : `a step of a curve every ${stride} neurons`;
}

export function budgetLines({ config, estimates, fits }: Budgeted<MeasuringConfig>, minutes: number): string[] {
  const { stride, randomDraws, shapleyDraws, greedyBlock } = config;
  const permutations = shapleyDraws === undefined ? "" : `, ${shapleyDraws} permutations for Shapley values`;
  const blocks = greedyBlock === undefined ? "" : `, greedy searches in steps of ${greedyBlock}`;
  const what = `${stepsText(stride)}, ${randomDraws} random orders a scope${permutations}${blocks}`;
  const within = `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  const verdict = fits ? `what fits into ${within}` : `the coarsest; more than ${within} all the same`;
  return [`budget:  ${what}: ${verdict}`, ...workLines(estimates)];
}
