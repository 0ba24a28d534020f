/** The plan of a study, for people. */

import { megabytes } from "../../core/megabytes.ts";
import { memoryText, portionText, type StudyPlan } from "../../plan.ts";

/** The memory, and for each stage what is done at once, with what keeps it from being more. */
export function planLines({ memoryBytes, bindingBytes, stages }: StudyPlan): string[] {
  const limits = `at most ${megabytes(memoryBytes)} at a time, ${megabytes(bindingBytes)} in one array`;
  return [
    `plan:    ${limits}`,
    ...stages.flatMap((plan) => [
      `  ${plan.stage.padEnd(9)}${plan.portions.map(portionText).join(", ")}`,
      `${" ".repeat(11)}${memoryText(plan)}`,
    ]),
  ];
}
