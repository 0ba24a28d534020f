/** Does the removal of a neuron hurt the class that the neuron prefers? */
import type { AblationMode, SingleRemovals } from "../../core/ablation.ts";
import { isConstant, type NeuronTable } from "../../core/neuron-table.ts";
import type { RepeatSummary } from "../../core/study.ts";
import type { StudySummary } from "../files/study-file.ts";
import { estimateMean } from "../statistics/estimate.ts";
import type { ClassEffects } from "./analysis.ts";
import { rowsOfLayer } from "./layer-rows.ts";

/** One neuron that has a preferred class, and what its removal does. */
interface NeuronEffect {
  readonly preferred: number;
  /** [classes]: change of the class's accuracy; NaN where the test set has no such class. */
  readonly change: readonly number[];
}

/** The neurons of one layer of one network; one whose quantised output is constant prefers no class. */
function neuronEffects(
  table: NeuronTable,
  { layer, correctPerClass }: SingleRemovals,
  intact: readonly number[],
  testPerClass: readonly number[],
): NeuronEffect[] {
  const rows = rowsOfLayer(table, layer);
  return rows.flatMap((row, neuron) => {
    if (isConstant(table, row)) return [];
    const change = testPerClass.map((samples, label) => {
      // A class may be absent from the test set; its accuracy cannot change.
      if (samples === 0) return 0;
      return (correctPerClass![neuron * table.classes + label]! - intact[label]!) / samples;
    });
    return [{ preferred: table.preferredClass[row]!, change }];
  });
}

/**
 * Of the neurons that lower some class, the share for which it is the preferred one that loses most; where several lose
 * most, the preferred one counts for its part. Undefined where no neuron lowers a class.
 */
function agreementOf(effects: readonly NeuronEffect[]): number | undefined {
  let [neurons, agreeing] = [0, 0];
  for (const { preferred, change } of effects) {
    const lowest = change.reduce((low, value) => (value < low ? value : low), 0);
    if (lowest === 0) continue;
    neurons++;
    const most = [...change.keys()].filter((label) => change[label] === lowest);
    if (most.includes(preferred)) agreeing += 1 / most.length;
  }
  return neurons === 0 ? undefined : agreeing / neurons;
}

/** [preferred class, class]: mean change; NaN where no neuron prefers the class. */
function meanChange(effects: readonly NeuronEffect[], classes: number): Float64Array {
  return Float64Array.from({ length: classes * classes }, (_, cell) => {
    const ofClass = effects.filter(({ preferred }) => preferred === Math.floor(cell / classes));
    return ofClass.reduce((sum, { change }) => sum + change[cell % classes]!, 0) / ofClass.length;
  });
}

/** The networks whose counts by class are all there, each with its neurons' effects. */
function effectsByNetwork(
  tables: readonly NeuronTable[],
  singles: readonly SingleRemovals[],
  repeats: readonly RepeatSummary[],
  testPerClass: readonly number[],
): NeuronEffect[][] {
  return singles.flatMap((removals) => {
    const table = tables.find(({ repeat }) => repeat === removals.repeat);
    const intact = repeats.find(({ repeat }) => repeat === removals.repeat)?.testCorrectPerClass;
    if (table === undefined || intact === undefined || removals.correctPerClass === undefined) return [];
    return [neuronEffects(table, removals, intact, testPerClass)];
  });
}

/** For each mode and layer; nothing where files were written before correct samples were counted by class. */
export function classEffects(
  tables: readonly NeuronTable[],
  singles: readonly SingleRemovals[],
  { repeats, dataset: { testPerClass, classes } }: StudySummary,
  layers: readonly number[],
): ClassEffects[] {
  if (testPerClass === undefined) return [];
  const modes: AblationMode[] = [...new Set(singles.map(({ mode }) => mode))];
  return modes.flatMap((mode) =>
    layers.flatMap((layer): ClassEffects[] => {
      const removals = singles.filter((candidate) => candidate.mode === mode && candidate.layer === layer);
      const networks = effectsByNetwork(tables, removals, repeats, testPerClass);
      const agreements = networks.flatMap((effects) => agreementOf(effects) ?? []);
      if (agreements.length === 0) return [];
      const effects = networks.flat();
      const neurons = new Uint32Array(classes);
      for (const { preferred } of effects) neurons[preferred]!++;
      const change = meanChange(effects, classes);
      return [{ layer, mode, classes, neurons, change, agreement: estimateMean(agreements) }];
    }),
  );
}
