/** Studies with planted outcomes: areas, measures and losses as a test wants them, network by network. */

import {
  type AblationCurve,
  type Direction,
  RANDOM,
  type ReplacementMode,
  type SingleRemovals,
} from "../../../src/core/ablation.ts";
import type { NeuronTable } from "../../../src/core/neuron-table.ts";
import type { ScopeText } from "../../../src/core/scope.ts";
import type { StudyConfig } from "../../../src/core/study.ts";
import type { StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { madeUpStudy } from "../made-up-study.ts";

export const SAMPLES = 10_000;
export const MEASURES = ["entropy", "mutual_information", "kl_selectivity"] as const;

export interface PlantedKind {
  readonly scope: ScopeText;
  readonly measure: string;
  readonly direction: Direction;
  readonly mode: ReplacementMode;
  readonly repeat: number;
  readonly draw: number;
}

export interface Planted {
  readonly repeats: number;
  /** Ids; by default those of the paper. */
  readonly measures?: readonly string[];
  readonly hidden?: readonly number[];
  readonly scopes?: readonly ScopeText[];
  readonly modes?: readonly ReplacementMode[];
  readonly draws?: number;
  /** Area under the accuracy curve, to 1 / SAMPLES. */
  readonly area?: (kind: PlantedKind) => number;
  /** Loss at the middle of the curve, nats; by default lower for measures than for random orders. */
  readonly loss?: (kind: PlantedKind) => number;
  /** Value of a measure, bits. */
  readonly bits?: (measure: string, layer: number, neuron: number, repeat: number) => number;
  readonly config?: Partial<StudyConfig>;
}

/** A curve of three steps, 0, 1 and 2 neurons, whose area is as told and whose end is a tenth. */
export function plantedCurve({ draw, mode, ...kind }: PlantedKind, area: number, loss = 0.5 + draw): AblationCurve {
  // Trapezoids over halves: (a + 2 b + c) / 4 with a = 1 and c = 1 / 10.
  const middle = (4 * area - 1.1) / 2;
  const neurons = [0, 1].map((neuron) => ({ layer: 1, neuron }));
  return {
    order: { ...kind, draw, neurons },
    mode,
    samples: SAMPLES,
    removed: Uint32Array.of(0, 1, 2),
    correct: Uint32Array.of(SAMPLES, Math.round(SAMPLES * middle), SAMPLES / 10),
    loss: Float64Array.of(0.1, loss, 2.3),
  };
}

function plantedCurves({ repeats, area, draws = 2, ...rest }: Planted): AblationCurve[] {
  if (area === undefined) return [];
  const { loss, scopes = ["layer1", "layer2", "network"], modes = ["zero", "mean"], measures = MEASURES } = rest;
  const kinds = [
    ...measures.flatMap((measure) => (["low", "high"] as const).map((direction) => ({ measure, direction, draw: 0 }))),
    ...Array.from({ length: draws }, (_, draw) => ({ measure: RANDOM, direction: "none" as const, draw })),
  ];
  return Array.from({ length: repeats }, (_, repeat) => repeat).flatMap((repeat) =>
    scopes.flatMap((scope) =>
      kinds.flatMap((kind) =>
        modes.map((mode) => {
          const own = { ...kind, scope, mode, repeat };
          return plantedCurve(own, area(own), loss?.(own));
        }),
      ),
    ),
  );
}

/** Two classes of 50 samples; every neuron is 1 for 30 of the first and 20 of the second. */
export function plantedNeurons(
  hidden: readonly number[],
  repeat: number,
  bits: NonNullable<Planted["bits"]>,
  measures: readonly string[] = MEASURES,
): NeuronTable {
  const all = hidden.flatMap((width, index) =>
    Array.from({ length: width }, (_, neuron) => ({ layer: index + 1, neuron })),
  );
  const column = (measure: string) =>
    Float64Array.from(all, ({ layer, neuron }) => bits(measure, layer, neuron, repeat));
  return {
    repeat,
    rows: all.length,
    classes: 2,
    samples: 100,
    layer: Uint32Array.from(all, ({ layer }) => layer),
    neuron: Uint32Array.from(all, ({ neuron }) => neuron),
    levels: { levels: 2, counts: Uint32Array.from(all.flatMap(() => [30, 20])) },
    preferredClass: new Uint32Array(all.length),
    meanActivation: new Float32Array(all.length).fill(0.5),
    measures: Object.fromEntries(measures.map((measure) => [measure, column(measure)])),
  };
}

export function plantedStudy(planted: Planted, label = "planted"): StudyFiles {
  const { repeats, hidden = [2, 2], bits, config, measures } = planted;
  const {
    networks: _,
    neurons: __,
    orders: ___,
    curves: ____,
    singles: _____,
    ...study
  } = madeUpStudy({
    repeats,
    hidden,
    ...config,
  });
  const numbers = Array.from({ length: repeats }, (_, repeat) => repeat);
  return {
    label,
    study,
    curves: plantedCurves(planted),
    ...(bits === undefined ? {} : { neurons: numbers.map((repeat) => plantedNeurons(hidden, repeat, bits, measures)) }),
    missing: [],
  };
}

/** Losses of removing each neuron of a layer alone. */
export function plantedSingles(
  repeat: number,
  layer: number,
  mode: ReplacementMode,
  loss: readonly number[],
): SingleRemovals {
  const correct = new Uint32Array(loss.length).fill(SAMPLES - 100);
  return { repeat, layer, mode, samples: SAMPLES, correct, loss: Float64Array.from(loss) };
}
