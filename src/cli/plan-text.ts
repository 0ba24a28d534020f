/** The plan of a study, for people. */

import { wrapped } from "../core/wrapped-text.ts";
import { megabytes, memoryText, portionText, type StudyPlan } from "../plan.ts";

/** Lines of at most 80 columns: the memory, and for each stage what is done at once, with what keeps it from being more. */
export function planLines({ memoryBytes, bindingBytes, stages }: StudyPlan): string[] {
  const limits = `at most ${megabytes(memoryBytes)} at a time, ${megabytes(bindingBytes)} in one array`;
  return [
    ...wrapped("plan:    ", limits),
    ...stages.flatMap((plan) => [
      ...wrapped(`  ${plan.stage.padEnd(9)}`, plan.portions.map(portionText).join(", ")),
      ...wrapped(" ".repeat(11), memoryText(plan)),
    ]),
  ];
}
