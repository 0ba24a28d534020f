/** The way of a study through a command, whether its networks are trained or given: as a whole, or one of its shards. */
import type { RepeatSummary } from "../../core/study.ts";
import type { Devices } from "../../gpu/device/devices.ts";
import { clock } from "../../host/clock.ts";
import { given } from "../../host/given.ts";
import { provenanceOf } from "../../host/provenance.ts";
import type { StoreFolder } from "../../platform/node/part-folder.ts";
import type { ResultsFolder } from "../../platform/node/results-folder.ts";
import { type Shard, shardText } from "../../study/jobs.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import type { AskedShard } from "../options/shard-options.ts";
import { finishResults, requireResultsOf } from "./complete-results.ts";
import { type Profiling, profiledSink, profileText } from "./profiling.ts";
import type { Session } from "./session.ts";
import { computedShard, withShard } from "./shard-study.ts";
import { type OutputOptions, withResults } from "./study-output.ts";
import { openStudyStore, recorded, type StudyContent } from "./study-store.ts";
import type { CourseOptions } from "./watched-course.ts";
import { closeResults, writtenStudy } from "./written-study.ts";

/** Options that every study has, wherever its networks come from. */
export interface StudyOptions extends OutputOptions, CourseOptions {
  readonly out?: string;
}

/** What a study is computed with. */
export interface ReadyStudy extends StudyContent {
  readonly devices: Devices;
  /** Milliseconds of the stages before. */
  readonly elapsedMs: { readonly data: number; readonly adapter: number };
  readonly profiled?: { readonly profiling: Profiling; readonly subject: string };
  /** Told how well the networks do, before the sweep begins. */
  onEvaluated?(repeats: readonly RepeatSummary[]): Promise<void>;
}

/** Where a study is made ready. */
export interface ReadyPlace {
  readonly folder: StoreFolder;
  readonly display: ProgressDisplay;
}

/** Opens what a study needs, and has it computed before that is given back. */
type MakeReady = (place: ReadyPlace, compute: (study: ReadyStudy) => Promise<void>) => Promise<void>;

interface StudyPlace<Folder> {
  readonly options: StudyOptions;
  readonly folder: Folder;
  readonly session: Session;
  readonly started: Date;
}

async function whole(study: ReadyStudy, { options, folder, session, started }: StudyPlace<ResultsFolder>) {
  if (folder.isComplete) {
    return finishResults(folder, await requireResultsOf(folder, await recorded(study)), session);
  }
  const { devices, dataset, profiled, onEvaluated, warnings = [] } = study;
  const { display } = session;
  const { parts, course } = await openStudyStore(study, { options, folder, display, started });
  const sink = profiledSink(folder, profiled?.profiling);
  const to = { options, folder, sink, display, course, ...given({ onEvaluated }) };
  const written = await writtenStudy({ devices, dataset, parts, clock }, to);
  const elapsedMs = { ...study.elapsedMs, ...written.elapsedMs };
  const provenance = provenanceOf(devices, started, elapsedMs, written.costs);
  const profile = profiled && (await profiled.profiling.end(devices.current, profiled.subject));
  const all = { ...written, warnings: [...warnings, ...written.warnings] };
  await closeResults(all, provenance, { folder, sink, session }, profile);
  if (profile) await session.print(`\n${profileText(profile)}`);
}

async function oneShard(study: ReadyStudy, shard: Shard, place: StudyPlace<StoreFolder>): Promise<void> {
  const { devices, dataset, networks, onEvaluated } = study;
  const { folder, session } = place;
  const { display } = session;
  if (folder.isComplete) {
    await requireResultsOf(folder, await recorded(study));
    return display.line(`shard ${shardText(shard)}: the study in ${folder.label} is complete, with nothing left to do`);
  }
  const store = await openStudyStore(study, { ...place, display, shard });
  const more = given({ networks, onEvaluated });
  await computedShard({ devices, dataset, clock }, { ...place, display, shard, store, ...more });
}

interface AskedStudy {
  readonly options: StudyOptions;
  /** Undefined: all of it is done. */
  readonly shard: AskedShard | undefined;
  /** Where the results go if nobody says it, of a study that was started then. */
  defaultOut(started: Date): string;
}

/** Computes a study into its folder, or what a shard has to do of it. @throws UsageError, RunError */
export async function studyIn(
  session: Session,
  { options, shard, defaultOut }: AskedStudy,
  ready: MakeReady,
): Promise<void> {
  const started = new Date();
  const { display } = session;
  if (shard !== undefined) {
    await withShard(session, shard, (folder) =>
      ready({ folder, display }, (study) => oneShard(study, shard.shard, { options, folder, session, started })),
    );
    return;
  }
  const to = { ...given({ out: options.out }), otherwise: defaultOut(started) };
  await withResults(session, to, options, started, (folder) =>
    ready({ folder, display }, (study) => whole(study, { options, folder, session, started })),
  );
}
