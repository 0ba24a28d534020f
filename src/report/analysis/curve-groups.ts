/** Curves of one kind, network by network: what summaries, comparisons and claims are computed from. */

import {
  type AblationCurve,
  type AblationMode,
  type CurveOutcome,
  type Direction,
  RANDOM,
} from "../../core/ablation.ts";
import type { ScopeText } from "../../core/scope.ts";
import { areaUnderCurve } from "../statistics/area.ts";

/** What curves of all networks have in common. */
export interface CurveKind {
  readonly scope: ScopeText;
  /** Measure id, or `random`. */
  readonly measure: string;
  readonly direction: Direction;
  readonly mode: AblationMode;
}

/** Areas under the accuracy curves of one kind. */
export interface CurveAreas extends CurveKind {
  /** [networks]: repeat numbers, ascending. */
  readonly repeats: readonly number[];
  /** [networks]: random draws are averaged within each network. */
  readonly areas: Float64Array;
}

/** All curves of one kind; random draws are averaged within each network. */
export interface CurveGroup extends CurveAreas {
  /** Random draws of each network; 1 for measures. */
  readonly draws: number;
  /** [steps]: neurons removed. */
  readonly removed: Uint32Array;
  /** [networks][steps]. */
  readonly accuracy: readonly Float64Array[];
  /** [networks][steps]: nats. */
  readonly loss: readonly Float64Array[];
  /** [networks]: areas under the curves of the loss. */
  readonly lossAreas: Float64Array;
}

export const kindOf = ({ order: { scope, measure, direction }, mode }: CurveOutcome): CurveKind => {
  return { scope, measure, direction, mode };
};

export const kindKey = ({ scope, measure, direction, mode }: CurveKind): string => {
  return [scope, measure, direction, mode].join();
};

/** Curves by kind, in the order in which kinds first appear. */
export function curvesByKind<C extends CurveOutcome>(curves: readonly C[]): Map<string, C[]> {
  return gathered(curves, (curve) => kindKey(kindOf(curve)));
}

function gathered<K, V>(values: readonly V[], keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}

/** [columns]: the mean of rows of equal length. */
export function meanOfRows(rows: readonly Float64Array[]): Float64Array {
  return rows[0]!.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length);
}

function accuracyOf({ correct, samples }: CurveOutcome): Float64Array {
  return Float64Array.from(correct, (count) => count / samples);
}

/** [steps]: the accuracy of one network, the mean of its random draws. */
export function meanAccuracy(draws: readonly CurveOutcome[]): Float64Array {
  return meanOfRows(draws.map(accuracyOf));
}

export function groupCurves(curves: readonly AblationCurve[]): CurveGroup[] {
  return [...curvesByKind(curves).values()].map((ofKind) => {
    const byRepeat = [...gathered(ofKind, ({ order }) => order.repeat)].sort(([a], [b]) => a - b);
    const { removed } = ofKind[0]!;
    const accuracy = byRepeat.map(([, draws]) => meanAccuracy(draws));
    const loss = byRepeat.map(([, draws]) => meanOfRows(draws.map((draw) => draw.loss)));
    return {
      ...kindOf(ofKind[0]!),
      repeats: byRepeat.map(([repeat]) => repeat),
      draws: byRepeat[0]![1].length,
      removed,
      accuracy,
      loss,
      areas: Float64Array.from(accuracy, (heights) => areaUnderCurve(removed, heights)),
      lossAreas: Float64Array.from(loss, (heights) => areaUnderCurve(removed, heights)),
    };
  });
}

/** The modes of the curves, in the order in which they first appear. */
export const modesOf = (groups: readonly CurveKind[]): AblationMode[] => [...new Set(groups.map(({ mode }) => mode))];

/** The mode that a study is about: bias balancing where there is a choice, else zeros, else the first that it has. */
export function modeShown(curves: readonly { readonly mode: AblationMode }[]): AblationMode {
  const has = (wanted: AblationMode) => curves.some(({ mode }) => mode === wanted);
  const usual = (["mean", "zero"] as const).find(has);
  return usual ?? curves[0]?.mode ?? "mean";
}

/** The scopes of the curves, likewise. */
export const scopesOf = (groups: readonly CurveKind[]): ScopeText[] => [...new Set(groups.map(({ scope }) => scope))];

/** The direction in which curves of a measure can be set beside those in `direction`: random orders have none. */
export const directionFor = (measure: string, direction: Direction): Direction => {
  return measure === RANDOM ? "none" : direction;
};
