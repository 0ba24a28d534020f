/** A made-up study as a folder of results would be read, with samples counted by class, for figures. */
import type { SingleRemovals } from "../../../src/core/ablation.ts";
import type { StudyConfig, StudyResults } from "../../../src/core/study.ts";
import type { StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { madeUpStudy } from "../made-up-study.ts";

/** Test samples of each of the three classes. */
const testPerClass = [700, 700, 600];

/** Shares `correct` among the classes; the classes differ, and differently for each neuron. */
function sharedOut(correct: number, neuron: number): number[] {
  const first = Math.floor(correct / 3) + (neuron % 3) - 1;
  const second = Math.floor(correct / 3) - (neuron % 2);
  return [first, second, correct - first - second];
}

function countedByClass(removals: SingleRemovals): SingleRemovals {
  return { ...removals, correctPerClass: Uint32Array.from([...removals.correct].flatMap(sharedOut)) };
}

function studyByClass(study: StudyResults): StudyResults {
  const repeats = study.repeats.map((repeat) => ({ ...repeat, testCorrectPerClass: sharedOut(repeat.testCorrect, 1) }));
  return { ...study, dataset: { ...study.dataset, testPerClass }, repeats };
}

export function madeUpFiles(options: Partial<StudyConfig> = {}): StudyFiles {
  const study = studyByClass(madeUpStudy(options));
  const { neurons, orders, curves, networks } = study;
  const singles = study.singles.map(countedByClass);
  return { label: "made up", study, neurons, orders, curves, singles, networks: networks.slice(0, 1), missing: [] };
}
