/** What a comparison will do in the time there is, for people, before it begins. */
import type { Budgeted } from "../../budget.ts";
import type { MeasuringConfig } from "../../core/study.ts";
import { workLines } from "./work-text.ts";

function stepsText(stride: number): string {
  return stride === 1 ? "every step of a curve" : `a step of a curve every ${stride} neurons`;
}

export function budgetLines({ config, estimates, fits }: Budgeted<MeasuringConfig>, minutes: number): string[] {
  const { stride, randomDraws, shapleyDraws } = config;
  const permutations = shapleyDraws === undefined ? "" : `, ${shapleyDraws} permutations for Shapley values`;
  const what = `${stepsText(stride)}, ${randomDraws} random orders a scope${permutations}`;
  const within = `${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  const verdict = fits ? `what fits into ${within}` : `the coarsest; more than ${within} all the same`;
  return [`budget:  ${what}: ${verdict}`, ...workLines(estimates)];
}
