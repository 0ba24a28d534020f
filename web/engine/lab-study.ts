/** The study that is shown: what is known of it, and the curves that have been computed so far. */

import type { AblationCurve, AblationMode, RemovalOrder, SingleRemovals } from "../../src/core/ablation.ts";
import type { Dataset } from "../../src/core/dataset.ts";
import type { TrainedNetwork } from "../../src/core/network.ts";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import type { ScopeText } from "../../src/core/scope.ts";
import type { DatasetSummary, Provenance, RecordedConfig, RepeatSummary } from "../../src/core/study.ts";
import type { MissingPart } from "../../src/report/analysis/analysis.ts";
import type { PartOrigin } from "../../src/study/part-names.ts";
import { withOrders } from "../../src/study/part-values.ts";
import type { StudyParts } from "../../src/study/study-parts.ts";
import type { LabDevice } from "./lab-device.ts";
import { PairCounter } from "./pairs/pair-counter.ts";
import { Probing } from "./probing.ts";
import type { StudyOrigin } from "./protocol.ts";

/** What a study needs so that more can be computed of it. */
export interface LivePart {
  readonly dataset: Dataset;
  /** Networks, tables, and what is computed of them. */
  readonly parts: StudyParts;
  /** In the order of `networks`. */
  readonly probing: Probing;
  readonly pairCounter: PairCounter;
}

/** The epochs of a training whose networks are kept. */
export interface KeptEpochs {
  /** Tells trainings apart, those of earlier visits too. */
  readonly id: string;
  /** From 1, ascending. */
  readonly kept: readonly number[];
  /** Measures the networks as they were after an epoch. @param origin of what is computed */
  study(device: LabDevice, epoch: number, origin: PartOrigin): Promise<LabStudy>;
}

export interface LabStudy {
  readonly origin: StudyOrigin;
  readonly label: string;
  /** Of a network from a file only what says what is computed of it: how it was trained is not known. */
  readonly config: RecordedConfig;
  readonly dataset: DatasetSummary;
  readonly networks: readonly TrainedNetwork[];
  readonly repeats: readonly RepeatSummary[];
  readonly neurons: readonly NeuronTable[];
  readonly orders: readonly RemovalOrder[];
  readonly singles: SingleRemovals[];
  /** Those that came in files. */
  readonly filedCurves: CurveStore;
  readonly live: LivePart | undefined;
  /** Why not live. */
  readonly lacking: string;
  /** Files that a folder of results lacks. */
  readonly missing: readonly MissingPart[];
  /** What makes it doubtful, as sentences without full stop. */
  readonly warnings: readonly string[];
  /** What was done or assumed beyond the letter of a network's file, as sentences without full stop. */
  readonly notes: readonly string[];
  /** Of what was trained here: the training's epochs, and the one that this is the study of, from 1. */
  readonly epochs?: KeptEpochs;
  readonly epoch?: number;
  /** Of what was trained here. */
  readonly provenance: Pick<Provenance, "started" | "elapsedMs"> | undefined;
}

/** The curves of one repeat, scope and mode are computed, and kept, together. */
export interface CurveGroup {
  readonly repeat: number;
  readonly scope: ScopeText;
  readonly mode: AblationMode;
}

const keyOf = ({ repeat, scope, mode }: CurveGroup) => `${repeat} ${scope} ${mode}`;

export class CurveStore {
  readonly #groups = new Map<string, AblationCurve[]>();

  add(curves: readonly AblationCurve[]): void {
    for (const curve of curves) {
      const key = keyOf({ ...curve.order, mode: curve.mode });
      const group = this.#groups.get(key) ?? [];
      this.#groups.set(key, group);
      group.push(curve);
    }
  }

  /** Undefined where they have not been computed. */
  get(group: CurveGroup): readonly AblationCurve[] | undefined {
    return this.#groups.get(keyOf(group));
  }
}

/** Out of files, or computed; undefined where they are neither. */
export async function curvesOf(
  { filedCurves, live, orders }: LabStudy,
  group: CurveGroup,
): Promise<readonly AblationCurve[] | undefined> {
  const filed = filedCurves.get(group);
  if (filed !== undefined || live === undefined) return filed;
  const { repeat, scope, mode } = group;
  const found = await live.parts.find("removals", repeat, { kind: "curves", scope, mode });
  return found && withOrders(found.curves, orders);
}

/** What is needed of a study for more to be computed. */
interface LiveMaterial {
  readonly dataset: Dataset;
  readonly parts: StudyParts;
  readonly networks: readonly TrainedNetwork[];
  readonly neurons: readonly NeuronTable[];
  /** The samples as they were read, which the page shows. */
  readonly shown: Dataset;
}

export function livePart({ dataset, parts, networks, neurons, shown }: LiveMaterial): LivePart {
  return {
    dataset,
    parts,
    probing: new Probing(dataset, networks, neurons, shown.validation),
    pairCounter: new PairCounter(dataset, networks, parts.config.quantizeThreshold),
  };
}
