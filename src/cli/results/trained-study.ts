/** What a study of networks that are trained here needs before it is computed: measures that its activation allows, data, a device. */
import { layerActivation } from "../../core/activation.ts";
import type { StudyConfig } from "../../core/study.ts";
import { studyEstimates } from "../../estimate.ts";
import type { PartEstimate } from "../../estimate-trial.ts";
import { clock } from "../../host/clock.ts";
import type { DeviceChoice } from "../../host/open-device.ts";
import { partOriginOf } from "../../host/provenance.ts";
import { allowedMeasures } from "../../measures/measure-choice.ts";
import { type AskedStudy, studyConfig } from "../options/study-options.ts";
import { budgeted, withinBudget } from "./budgeted.ts";
import { requireSameOptions } from "./complete-results.ts";
import { beginProfiling, studySubject } from "./profiling.ts";
import type { ReadyPlace, ReadyStudy, StudyOptions } from "./study-command.ts";
import type { StudyMaterial } from "./study-material.ts";
import { isBegunIn } from "./study-store.ts";

export interface TrainingOptions extends AskedStudy, DeviceChoice, StudyOptions {
  /** Steps and draws are as fine as so many minutes allow, whatever was asked for. */
  readonly minutes?: number;
}

interface AskedTraining {
  readonly config: StudyConfig;
  /** Measures that are left out, and why. */
  readonly notes: readonly string[];
}

/** The study that options ask for. @throws UsageError where they are at odds with one another */
export function askedTraining(options: AskedStudy): AskedTraining {
  const asked = studyConfig(options);
  const { names: measures, notes } = allowedMeasures(asked.measures, [layerActivation(asked.activation)], asked.pairs);
  return { config: { ...asked, measures }, notes: notes.map((note) => `measures: ${note}`) };
}

interface Means {
  readonly material: StudyMaterial;
  /** Whether it is tried and told how long the study will take. */
  readonly isEstimated: boolean;
  /** Told of trials that were made. */
  onEstimates?(parts: readonly PartEstimate[]): void;
}

/** Reads data and opens a device for a study. @throws UsageError, RunError */
export async function readyToTrain(
  { config: asked, notes }: AskedTraining,
  options: TrainingOptions,
  { material, isEstimated, onEstimates }: Means,
  { folder, display }: ReadyPlace,
  compute: (study: ReadyStudy) => Promise<void>,
): Promise<void> {
  for (const note of notes) display.line(note);
  await requireSameOptions(folder, withinBudget(asked, options.minutes));
  const profiling = await beginProfiling(options);
  const profiled = { ...profiling };
  const begin = clock();
  const dataset = await material.dataset(asked, display, profiled);
  const data = clock() - begin;
  const devices = await material.devices(options, display, profiled);
  const elapsedMs = { data, adapter: clock() - begin - data };
  const estimate = async (own: StudyConfig) => {
    const parts = await studyEstimates(devices, dataset, own, clock);
    onEstimates?.(parts);
    return parts;
  };
  const origin = partOriginOf(devices, dataset);
  const isBegun = (own: StudyConfig) => isBegunIn(folder, options, { config: own, origin, dataset });
  // Trials compile kernels, which a profile reports by their first use, and with what they cost.
  const tell = isEstimated && options.quiet !== true && profiling === undefined ? display.line : undefined;
  const config = await budgeted(asked, options.minutes, { estimate, tell, isComplete: folder.isComplete, isBegun });
  const more = profiling && { profiled: { profiling, subject: studySubject(dataset, config) } };
  await compute({ devices, dataset, origin, config, elapsedMs, ...more });
}
