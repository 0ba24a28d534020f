/** A study that is computed into its folder: parts first, files as soon as they can be, the table at the end. */
import { RunError } from "../../core/errors.ts";
import type { ResultSink, StreamedFile } from "../../core/platform.ts";
import type { Profile } from "../../core/profile.ts";
import {
  type DatasetSummary,
  isTrained,
  type Provenance,
  type RecordedConfig,
  type RepeatSummary,
  type ResultsByRepeat,
} from "../../core/study.ts";
import { summarizeDataset } from "../../data/splits/summarize-dataset.ts";
import { clock } from "../../host/clock.ts";
import type { ResultsFolder } from "../../platform/node/results-folder.ts";
import { completeStreamed, profileFile, streamedMeasures, streamedModels } from "../../report/files/result-files.ts";
import { studyFigures } from "../../report/tables/study-figures.ts";
import { summaryTable, type TableContent } from "../../report/tables/summary-table.ts";
import { assembled, summariesOf } from "../../study/assemble.ts";
import type { CourseKeeper } from "../../study/course.ts";
import { jobsOf, repeatsOf } from "../../study/jobs.ts";
import type { StudyCourse, StudyWork } from "../../study/study.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { CurveKeeper } from "./curve-keeper.ts";
import { saveOnSignal } from "./interruption.ts";
import type { Session } from "./session.ts";
import { type CourseOptions, watchedCourse } from "./watched-course.ts";

/** Where a study goes, and who watches. */
interface StudyPlace {
  readonly options: CourseOptions;
  readonly folder: ResultsFolder;
  /** Writes into the folder. */
  readonly sink: ResultSink;
  readonly display: ProgressDisplay;
  readonly course: CourseKeeper;
  /** Told how well the networks do, before the sweep begins. */
  onEvaluated?(repeats: readonly RepeatSummary[]): Promise<void>;
}

/** A study that was computed; its parts are in their store. */
interface WrittenStudy extends Pick<StudyCourse, "warnings"> {
  readonly config: RecordedConfig;
  readonly dataset: DatasetSummary;
  readonly results: ResultsByRepeat;
}

/** Writes the curves of the repeats that were swept before the study failed; the error then says so. */
async function keepFinished(keeper: CurveKeeper, of: number, sink: ResultSink, error: unknown): Promise<unknown> {
  if (!(error instanceof RunError)) return error;
  await keeper.save();
  if (keeper.kept === 0) return error;
  const kept = `curves of ${keeper.kept} of ${of} repeats in ${sink.label}; study.json is not written`;
  return new RunError({ ...error.fault, kept }, { cause: error });
}

/**
 * Computes a study and writes what each stage yields as soon as it is there. Where something fails, what was finished is
 * kept.
 */
export async function writtenStudy(work: StudyWork, place: StudyPlace): Promise<WrittenStudy & StudyCourse> {
  const { sink, display, onEvaluated } = place;
  const { config } = work.parts;
  const results = assembled(work.parts, repeatsOf(config.repeats));
  const keeper = new CurveKeeper(sink, results, clock);
  const forget = saveOnSignal(() => keeper.save());
  const failed = (error: unknown) => display.line(`note:    curves are not kept yet: ${(error as Error).message}`);
  const writeAll = async (files: readonly StreamedFile[]) => {
    for (const file of files) await sink.write(file);
  };
  const course = await watchedCourse(work, jobsOf(config), place, {
    async onJobs(stage, jobs) {
      const repeats = jobs.map(({ repeat }) => repeat);
      if (stage === "train") await writeAll(streamedModels(results, repeats));
      if (stage === "ablate") keeper.add(repeats, failed);
    },
    async onStage(stage) {
      if (stage !== "measure") return;
      // Given networks are written when all have been measured: one that cannot be measured leaves no file.
      if (!isTrained(config)) await writeAll(streamedModels(results, results.repeats));
      await onEvaluated?.(await summariesOf(results));
      await writeAll(await streamedMeasures(results));
    },
  })
    .catch(async (error: unknown) => {
      throw await keepFinished(keeper, config.repeats, sink, error);
    })
    .finally(forget);
  await keeper.idle();
  return { ...course, config, dataset: summarizeDataset(work.dataset), results };
}

interface ClosingPlace extends Pick<StudyPlace, "folder" | "sink"> {
  readonly session: Session;
}

/** The table, with an empty line around it where progress is on the same terminal. */
export async function showTable(content: TableContent, { display, print }: Session): Promise<void> {
  const amongProgress = process.stdout.isTTY === true && process.stderr.isTTY === true;
  if (amongProgress) display.line("");
  await print(summaryTable(content));
  if (amongProgress) display.line("");
}

/** Now that the results are complete, they say all that the parts do. */
export async function clearUp(folder: ResultsFolder, display: ProgressDisplay): Promise<void> {
  try {
    await folder.clearUp();
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    display.line(`note:    ${folder.parts.label} can be removed by hand: ${error.fault.found}`);
  }
}

/**
 * Writes the files that complete a folder, study.json last, removes the parts that they were made from, and prints the
 * table: where that cannot be printed, nothing is left to do in the folder.
 */
export async function closeResults(
  { config, dataset, results, warnings }: WrittenStudy,
  provenance: Provenance,
  { folder, sink, session }: ClosingPlace,
  profile?: Profile,
): Promise<void> {
  const summary = {
    config,
    dataset,
    provenance,
    repeats: await summariesOf(results),
    ...(warnings.length > 0 && { warnings }),
  };
  await completeStreamed(summary, results, sink, profile ? [profileFile(profile)] : []);
  const table = { ...summary, figures: await studyFigures(results) };
  await clearUp(folder, session.display);
  await showTable(table, session);
}
