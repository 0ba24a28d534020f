/** The jobs of a study as the lab does them: the command line's, in pieces that can be shown. */

import { type AblationCurve, type AblationMode, RANDOM, type SingleRemovals } from "../../src/core/ablation.ts";
import type { Dataset } from "../../src/core/dataset.ts";
import { appendAll } from "../../src/core/long-arrays.ts";
import type { TrainedNetwork } from "../../src/core/network.ts";
import type { NeuronTable } from "../../src/core/neuron-table.ts";
import { type ScopeKind, type ScopeText, scopesOf } from "../../src/core/scope.ts";
import type { RepeatSummary } from "../../src/core/study.ts";
import { PerDevice } from "../../src/gpu/device/devices.ts";
import { splitOnDevice } from "../../src/passes/device-split.ts";
import type { Answers } from "../../src/report/analysis/analysis.ts";
import { answers } from "../../src/report/analysis/answers.ts";
import { comparisons } from "../../src/report/analysis/comparisons.ts";
import { groupCurves } from "../../src/report/analysis/curve-groups.ts";
import { assembled, summariesOf } from "../../src/study/assemble.ts";
import type { Checkpoints } from "../../src/study/checkpoints.ts";
import { type Job, jobsOf } from "../../src/study/jobs.ts";
import { doJobs } from "../../src/study/study.ts";
import type { StudyParts } from "../../src/study/study-parts.ts";
import type { TrainedEpoch } from "../../src/study/train-stage.ts";
import type { LabDevice } from "./lab-device.ts";
import { curvesOf, type LabStudy } from "./lab-study.ts";
import type { TrainingRecord } from "./training-record.ts";

/** Who is told of a training. */
interface LabTrainingWatcher {
  readonly checkpoints: Checkpoints;
  /** Called whenever the record has changed. */
  onChange(): void;
  /** Called after each epoch, the last one too; training goes on when it resolves. */
  onEpoch(epoch: TrainedEpoch): Promise<void>;
}

export const clock = (): number => performance.now();

/** Trains those networks of a study that are not trained. They are handed over after each epoch. */
export async function train(
  device: LabDevice,
  dataset: Dataset,
  parts: StudyParts,
  record: TrainingRecord,
  { onChange, onEpoch, checkpoints }: LabTrainingWatcher,
): Promise<void> {
  using validation = new PerDevice((gpu) => splitOnDevice(gpu, dataset, "validation"));
  const { devices } = device;
  const jobs = jobsOf(parts.config).filter(({ stage }) => stage === "train");
  await doJobs({ devices, dataset, parts, clock }, jobs, {
    keepEpochs: true,
    checkpoints,
    onProgress({ done, total }) {
      record.progressed(done / total);
      onChange();
    },
    async onEpoch(epoch) {
      await record.epochDone(epoch, validation.on(epoch.gpu));
      onChange();
      await onEpoch(epoch);
    },
  });
}

interface Measured {
  readonly repeats: readonly RepeatSummary[];
  readonly neurons: readonly NeuronTable[];
}

/** Measures the networks that the parts were given, as far as they are not measured. */
export async function measure(
  device: LabDevice,
  dataset: Dataset,
  parts: StudyParts,
  networks: readonly TrainedNetwork[],
): Promise<Measured> {
  const { devices } = device;
  const jobs = networks.map(({ repeat }): Job => ({ repeat, stage: "measure" }));
  await doJobs({ devices, dataset, parts, clock }, jobs);
  const results = assembled(
    parts,
    networks.map(({ repeat }) => repeat),
  );
  const neurons: NeuronTable[] = [];
  for (const repeat of results.repeats) neurons.push(await results.table(repeat));
  return { repeats: await summariesOf(results), neurons };
}

/** Does jobs of a study, one network at a time. @param onJobs told of those that are done, also of those that were */
async function doLiveJobs(
  device: LabDevice,
  { live }: LabStudy,
  jobs: readonly Job[],
  onJobs: (jobs: readonly Job[]) => Promise<void>,
): Promise<void> {
  const { dataset, parts } = live!;
  const work = { devices: device.devices, dataset, parts, clock, atOnce: 1 };
  await doJobs(work, jobs, { onJobs: (_, done) => onJobs(done) });
}

/** Removes the neurons of every network alone, as far as the configuration goes. @param onDone told of one network after another */
export async function removeSingles(
  device: LabDevice,
  study: LabStudy,
  onDone: (singles: readonly SingleRemovals[]) => void,
): Promise<void> {
  const slice = { kind: "singles" } as const;
  const jobs = study.networks.map(({ repeat }): Job => ({ repeat, stage: "ablate", slice }));
  await doLiveJobs(device, study, jobs, async (done) => {
    for (const { repeat } of done) onDone((await study.live!.parts.read("removals", repeat, slice)).singles);
  });
}

/** The curves of a repeat in a scope, as far as a request goes. */
interface CurvePiece {
  readonly repeat: number;
  readonly scope: ScopeText;
}

/** Pieces in the order in which they are wanted: all repeats of the first scope first. */
export function curvePieces(
  { networks, orders, config }: LabStudy,
  repeats: readonly number[],
  kinds: readonly ScopeKind[],
): CurvePiece[] {
  const known = new Set([...networks, ...orders].map(({ repeat }) => repeat));
  const wanted = repeats.filter((repeat) => known.has(repeat));
  return scopesOf(config.hidden.length, kinds).flatMap((scope) => wanted.map((repeat) => ({ repeat, scope })));
}

/** The jobs whose parts lack to a piece, where there is a device and the study can be computed with. */
async function jobsFor(study: LabStudy, { repeat, scope }: CurvePiece, modes: readonly AblationMode[]): Promise<Job[]> {
  if (!study.networks.some((network) => network.repeat === repeat)) return [];
  const jobs: Job[] = [];
  for (const mode of modes) {
    const isThere = (await curvesOf(study, { repeat, scope, mode })) !== undefined;
    if (!isThere) jobs.push({ repeat, stage: "ablate", slice: { kind: "curves", scope, mode } });
  }
  return jobs;
}

/**
 * Computes the curves of pieces that are not there, in their order.
 * @param onPiece told of each piece that is done, with its curves: first of those that were
 */
export async function computeCurves(
  device: LabDevice | undefined,
  study: LabStudy,
  pieces: readonly CurvePiece[],
  modes: readonly AblationMode[],
  onPiece: (curves: readonly AblationCurve[]) => void,
): Promise<void> {
  const tell = async (piece: CurvePiece) => {
    const groups = await Promise.all(modes.map((mode) => curvesOf(study, { ...piece, mode })));
    onPiece(groups.flatMap((group) => group ?? []));
  };
  const jobs: Job[] = [];
  for (const piece of pieces) {
    const own = device === undefined || study.live === undefined ? [] : await jobsFor(study, piece, modes);
    if (own.length === 0) await tell(piece);
    appendAll(jobs, own);
  }
  if (device === undefined || jobs.length === 0) return;
  await doLiveJobs(device, study, jobs, async ([job]) => {
    if (job?.slice?.kind === "curves") await tell({ repeat: job.repeat, scope: job.slice.scope });
  });
}

/**
 * What the curves of these pieces, as far as they are there, say of measures against chance.
 * @returns undefined where none of a measure stands beside one of a random order
 */
export async function answersOf(
  study: LabStudy,
  pieces: readonly CurvePiece[],
  mode: AblationMode,
): Promise<Answers | undefined> {
  const curves = await Promise.all(pieces.map(async (piece) => (await curvesOf(study, { ...piece, mode })) ?? []));
  const groups = groupCurves(curves.flat());
  const measures = [...new Set(groups.map(({ measure }) => measure))].filter((measure) => measure !== RANDOM);
  return answers(comparisons(groups, measures), mode);
}
