/** Curves on show as lines: of one repeat, or the mean over all with the range that they span. */
import { type AblationCurve, RANDOM } from "../../../src/core/ablation.ts";
import { greatest, smallest } from "../../../src/core/long-arrays.ts";
import type { LabState, ShownStudy } from "./lab-state.ts";
import { shownRepeat } from "./shown.ts";

export interface CurveLine {
  /** Measure id, or `random`. */
  readonly id: string;
  /** [steps] neurons removed, and accuracy. */
  readonly points: readonly (readonly [removed: number, accuracy: number])[];
  /** [steps]: lowest and highest, where there are several curves. */
  readonly band?: readonly (readonly [removed: number, low: number, high: number])[];
  /** Number of curves that it stands for. */
  readonly curves: number;
}

/** The line for some curves of one measure. All have the steps of the first; those that do not are left out. */
function lineOf(id: string, curves: readonly AblationCurve[]): CurveLine {
  const steps = curves[0]!.removed;
  const alike = curves.filter(({ removed }) => removed.length === steps.length);
  const accuracies = alike.map(({ correct, samples }) => Array.from(correct, (count) => count / samples));
  const at = (step: number) => accuracies.map((own) => own[step]!);
  const points = Array.from(steps, (removed, step) => {
    const sum = at(step).reduce((total, accuracy) => total + accuracy, 0);
    return [removed, sum / alike.length] as const;
  });
  if (alike.length === 1) return { id, points, curves: 1 };
  const band = Array.from(steps, (removed, step) => [removed, smallest(at(step)), greatest(at(step))] as const);
  return { id, points, band, curves: alike.length };
}

/** One line for each measure in the direction on show, and one for random orders. */
export function curveLines(state: LabState, study: ShownStudy): CurveLine[] {
  const { view, removal } = state;
  const repeat = shownRepeat(state);
  const shown = Object.values(study.curves).filter(
    ({ order, mode }) =>
      mode === removal.mode &&
      order.scope === view.scope &&
      (view.allRepeats || order.repeat === repeat) &&
      (order.measure === RANDOM || order.direction === view.direction),
  );
  const ids = [...Object.keys(study.neurons[0]?.measures ?? {}), RANDOM];
  return ids.flatMap((id) => {
    const own = shown.filter(({ order }) => order.measure === id);
    return own.length === 0 ? [] : [lineOf(id, own)];
  });
}

/** Accuracy of a line where `removed` neurons are out: at the last step that is not beyond it. */
export function accuracyAt({ points }: CurveLine, removed: number): number | undefined {
  return points.findLast(([x]) => x <= removed)?.[1];
}
