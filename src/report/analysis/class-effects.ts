/** Does the removal of a neuron hurt the class that the neuron prefers? */
import { mean } from "simple-statistics";
import type { ConstantMode, SingleRemovals } from "../../core/ablation.ts";
import { hasBits, isConstant, type NeuronTable, onesOf, onesPerClass } from "../../core/neuron-table.ts";
import type { RepeatSummary } from "../../core/study.ts";
import type { StudySummary } from "../files/study-file.ts";
import { estimateMean } from "../statistics/estimate.ts";
import type { ClassEffects } from "./analysis.ts";
import { rowsRemovedAlone } from "./layer-rows.ts";

/** [classes] each. */
interface SamplesPerClass {
  readonly testPerClass: readonly number[];
  readonly validationPerClass: readonly number[] | undefined;
}

/** One neuron that has a preferred class, and what its removal does. */
interface NeuronEffect {
  readonly preferred: number;
  /** Whether the bit is 1 less often in the preferred class than over all classes; undefined without bits. */
  readonly silent: boolean | undefined;
  /** [classes]: change of the class's accuracy; NaN where the test set has no such class. */
  readonly change: readonly number[];
}

function isSilentFor(table: NeuronTable, row: number, label: number, samplesPerClass: readonly number[] | undefined) {
  if (!hasBits(table) || samplesPerClass === undefined) return undefined;
  return onesPerClass(table, row)[label]! * table.samples < onesOf(table, row) * samplesPerClass[label]!;
}

/** The neurons of one layer of one network that were removed alone; one whose quantised output is constant prefers no class. */
function neuronEffects(
  table: NeuronTable,
  removals: SingleRemovals,
  intact: readonly number[],
  { testPerClass, validationPerClass }: SamplesPerClass,
): NeuronEffect[] {
  const { correctPerClass } = removals;
  return rowsRemovedAlone(table, removals).flatMap((row, index) => {
    if (isConstant(table, row)) return [];
    const change = testPerClass.map((samples, label) => {
      // A class may be absent from the test set; its accuracy cannot change.
      if (samples === 0) return 0;
      return (correctPerClass![index * table.classes + label]! - intact[label]!) / samples;
    });
    const preferred = table.preferredClass[row]!;
    return [{ preferred, silent: isSilentFor(table, row, preferred, validationPerClass), change }];
  });
}

/** What the neurons of one network say together. */
interface Agreement {
  /** Share for which the preferred class is among those that lose most; where several do, it counts for its part. */
  readonly share: number;
  /** The same share if preferred and suffering classes were drawn apart from each other. */
  readonly chance: number;
  /** Neurons that lower some class. */
  readonly lowering: number;
}

/** Undefined where no neuron lowers a class. */
function agreementOf(effects: readonly NeuronEffect[], classes: number): Agreement | undefined {
  const preferred = new Float64Array(classes);
  const suffering = new Float64Array(classes);
  let [lowering, agreeing] = [0, 0];
  for (const effect of effects) {
    const lowest = effect.change.reduce((low, value) => (value < low ? value : low), 0);
    if (lowest === 0) continue;
    const most = [...effect.change.keys()].filter((label) => effect.change[label] === lowest);
    lowering++;
    preferred[effect.preferred]! += 1;
    for (const label of most) suffering[label]! += 1 / most.length;
    if (most.includes(effect.preferred)) agreeing += 1 / most.length;
  }
  if (lowering === 0) return undefined;
  const together = preferred.reduce((sum, count, label) => sum + count * suffering[label]!, 0);
  return { share: agreeing / lowering, chance: together / (lowering * lowering), lowering };
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
  samplesPerClass: SamplesPerClass,
): NeuronEffect[][] {
  return singles.flatMap((removals) => {
    const table = tables.find(({ repeat }) => repeat === removals.repeat);
    const intact = repeats.find(({ repeat }) => repeat === removals.repeat)?.testCorrectPerClass;
    if (table === undefined || intact === undefined || removals.correctPerClass === undefined) return [];
    return [neuronEffects(table, removals, intact, samplesPerClass)];
  });
}

/** For each mode and layer; nothing where files were written before correct samples were counted by class. */
export function classEffects(
  tables: readonly NeuronTable[],
  singles: readonly SingleRemovals[],
  { repeats, dataset: { testPerClass, validationPerClass, classes } }: StudySummary,
  layers: readonly number[],
): ClassEffects[] {
  if (testPerClass === undefined) return [];
  const modes: ConstantMode[] = [...new Set(singles.map(({ mode }) => mode))];
  return modes.flatMap((mode) =>
    layers.flatMap((layer): ClassEffects[] => {
      const removals = singles.filter((candidate) => candidate.mode === mode && candidate.layer === layer);
      const networks = effectsByNetwork(tables, removals, repeats, { testPerClass, validationPerClass });
      const agreements = networks.flatMap((effects) => agreementOf(effects, classes) ?? []);
      if (agreements.length === 0) return [];
      const effects = networks.flat();
      const neurons = new Uint32Array(classes);
      for (const { preferred } of effects) neurons[preferred]!++;
      const change = meanChange(effects, classes);
      const silences = effects.map(({ silent }) => silent);
      const known = silences.every((silent) => silent !== undefined);
      return [
        {
          layer,
          mode,
          classes,
          neurons,
          change,
          agreement: estimateMean(agreements.map(({ share }) => share)),
          chance: mean(agreements.map(({ chance }) => chance)),
          lowering: agreements.reduce((sum, { lowering }) => sum + lowering, 0),
          ...(known ? { silent: silences.filter(Boolean).length } : {}),
        },
      ];
    }),
  );
}
