/** A made-up study as a report reads it, with the counts per class that figure 6 is made from. */
import type { SingleRemovals } from "../../src/core/ablation.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import type { StudyFiles } from "../../src/report/analysis/analysis.ts";
import { madeUpStudy } from "./made-up-study.ts";

const testPerClass = [700, 650, 650];
/** Of the intact network; removing neuron n costs n samples of class n modulo 3. */
const correctPerClass = [680, 630, 630];

function classCounts({ correct }: SingleRemovals): Uint32Array {
  return Uint32Array.from(
    [...correct.keys()].flatMap((neuron) =>
      correctPerClass.map((count, label) => (neuron % correctPerClass.length === label ? count - neuron : count)),
    ),
  );
}

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
    repeats: summary.repeats.map((repeat) => ({ ...repeat, testCorrectPerClass: correctPerClass })),
  };
  return {
    ...{ label, study, neurons, orders, curves, missing: [] },
    networks: networks.slice(0, 1),
    singles: singles.map((table) => ({ ...table, correctPerClass: classCounts(table) })),
  };
}
