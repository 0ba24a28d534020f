/** A made-up study as a report reads it, with the counts per class that figure 6 is made from. */
import type { StudyConfig } from "../../src/core/study.ts";
import type { StudyFiles } from "../../src/report/analysis/analysis.ts";
import { madeUpStudy } from "./made-up-study.ts";

const testPerClass = [700, 650, 650];
/** Of the intact network; what madeUpStudy's single removals lower. */
const testCorrectPerClass = [660, 640, 640];

/** @param names of the data set and its three classes. */
export function madeUpStudyFiles(
  label: string,
  options: Partial<StudyConfig> = {},
  names: { readonly name?: string; readonly classNames?: readonly string[] } = {},
): StudyFiles {
  const { networks, neurons, orders, curves, singles, ...summary } = madeUpStudy({ repeats: 3, ...options });
  const study = {
    ...summary,
    dataset: { ...summary.dataset, validationPerClass: testPerClass, testPerClass, ...names },
    repeats: summary.repeats.map((repeat) => ({ ...repeat, testCorrectPerClass })),
  };
  return { label, study, neurons, orders, curves, singles, networks: networks.slice(0, 1), missing: [] };
}
