/** Single stages of a study, for tests. */
import type { AnyDataset, Dataset } from "../../src/core/dataset.ts";
import type { TrainedNetwork } from "../../src/core/network.ts";
import type { RecordedConfig, RepeatSummary, StudyConfig } from "../../src/core/study.ts";
import type { Devices } from "../../src/gpu/device/devices.ts";
import { assembled, summariesOf } from "../../src/study/assemble.ts";
import { type JobStage, jobsOf } from "../../src/study/jobs.ts";
import type { MeasuredTable } from "../../src/study/part-values.ts";
import { doJobs, partsInMemory, type StudyObserver } from "../../src/study/study.ts";
import type { GivenParts, StudyParts } from "../../src/study/study-parts.ts";

/** The parts of a study of which one stage was done. */
export async function stageDone(
  stage: JobStage,
  devices: Devices,
  dataset: AnyDataset,
  config: RecordedConfig,
  { observer = {}, ...given }: GivenParts & { readonly observer?: StudyObserver } = {},
): Promise<StudyParts> {
  const parts = partsInMemory(devices, dataset, config, given);
  const jobs = jobsOf(config).filter((job) => job.stage === stage);
  await doJobs({ devices, dataset, parts, clock: () => 0 }, jobs, observer);
  return parts;
}

const repeatsOf = ({ repeats }: RecordedConfig) => Array.from({ length: repeats }, (_, repeat) => repeat);

export async function trained(
  devices: Devices,
  dataset: Dataset,
  config: StudyConfig,
  observer: StudyObserver = {},
): Promise<TrainedNetwork[]> {
  const parts = await stageDone("train", devices, dataset, config, { observer });
  return Promise.all(repeatsOf(config).map((repeat) => parts.read("network", repeat)));
}

/** Networks with their tables, and what study.json says of them. */
export async function measured(
  devices: Devices,
  dataset: AnyDataset,
  config: RecordedConfig,
  networks: readonly TrainedNetwork[],
): Promise<{ readonly repeats: readonly RepeatSummary[]; readonly tables: readonly MeasuredTable[] }> {
  const parts = await stageDone("measure", devices, dataset, config, { networks });
  const repeats = repeatsOf(config);
  return {
    repeats: await summariesOf(assembled(parts, repeats)),
    tables: await Promise.all(repeats.map((repeat) => parts.read("table", repeat))),
  };
}
