/** The parts of a study in its folder: those that an interrupted run has left are gone on from, unless they are of another study. */
import type { AnyDataset } from "../../core/dataset.ts";
import { UsageError } from "../../core/errors.ts";
import type { TrainedNetwork } from "../../core/network.ts";
import type { PartStore } from "../../core/part-store.ts";
import type { RecordedConfig } from "../../core/study.ts";
import type { StoreFolder } from "../../platform/node/part-folder.ts";
import { requireRecordable } from "../../report/files/study-file.ts";
import { CourseKeeper } from "../../study/course.ts";
import { differences, differencesText, identityOf, type StudyIdentity } from "../../study/identity.ts";
import type { Shard } from "../../study/jobs.ts";
import { contentName, type PartOrigin } from "../../study/part-names.ts";
import { StudyParts } from "../../study/study-parts.ts";
import { identified, recordOf, type StudyRecord, storedRecord } from "../../study/study-record.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import { areResultsOf } from "./complete-results.ts";

/** What is computed. */
export interface StudyContent {
  readonly config: RecordedConfig;
  readonly origin: PartOrigin;
  /** With its inputs as the networks take them. */
  readonly dataset: AnyDataset;
  /** Networks that were not trained here. */
  readonly networks?: readonly TrainedNetwork[];
  /** What was doubtful before anything was computed. */
  readonly warnings?: readonly string[];
}

interface StudyPlace {
  readonly folder: StoreFolder;
  readonly options: { readonly force?: boolean; readonly fresh?: boolean };
  readonly display: ProgressDisplay;
  readonly started: Date;
  /** Absent: all of it is done here. */
  readonly shard?: Shard;
}

/** A study in a folder. */
export interface StudyStore {
  readonly parts: StudyParts;
  readonly course: CourseKeeper;
  /** Says what study it is, where that is not said yet, and that this shard has begun. */
  begin(): Promise<void>;
  /** @throws UsageError where another study was begun in the folder meanwhile */
  requireSame(): Promise<void>;
}

const onward =
  "give the options of then to go on, --force to keep what still fits, --fresh to start anew, or another --out";

interface StoredPlace {
  readonly label: string;
  readonly store: PartStore;
  readonly fix: string;
}

/** @throws UsageError where the parts are of another study; the fields that differ are named */
function requireSame({ label, fix }: StoredPlace, there: StudyIdentity, here: StudyIdentity): void {
  const found = differences(there, here);
  if (found.length === 0) return;
  throw new UsageError({
    what: "another study was begun in this folder, and is not finished",
    where: label,
    expected: "the same options and data, on the same adapter",
    found: differencesText(found),
    fix,
  });
}

/** @throws UsageError as above */
async function requireStored(place: StoredPlace, here: StudyIdentity): Promise<void> {
  const there = await storedRecord(place.store);
  if (there !== undefined) requireSame(place, await identityOf(there), here);
}

export async function recorded({ networks, warnings = [], ...content }: StudyContent): Promise<StudyRecord> {
  const named = networks?.map((one) => contentName({ kind: "network", repeat: one.repeat }, one));
  return recordOf({ ...content, warnings: warnings.slice(), ...(named && { networks: await Promise.all(named) }) });
}

/** Whether the parts in the folder, or its results, are of this very study; never where they are to be forgotten. */
export async function isBegunIn(
  folder: StoreFolder,
  { fresh }: StudyPlace["options"],
  content: StudyContent,
): Promise<boolean> {
  if (folder.isComplete) return areResultsOf(folder, await recorded(content));
  const there = fresh === true ? undefined : await storedRecord(folder.parts);
  if (there === undefined) return false;
  return differences(await identityOf(there), await identityOf(await recorded(content))).length === 0;
}

/** @throws UsageError where parts in the folder are of another study, unless what still fits of it is to be kept, or nothing */
export async function openStudyStore(
  content: StudyContent,
  { folder: { parts: store, label }, options, display, started, shard }: StudyPlace,
): Promise<StudyStore> {
  requireRecordable(content.config);
  const place = { label, store, fix: shard === undefined ? onward : "give the options of then, or another --out" };
  if (options.fresh === true) await store.clear();
  const record = await recorded(content);
  const here = await identityOf(record);
  if (options.force !== true) await requireStored(place, here);
  const own = identified(store, record);
  const { config, origin, networks } = content;
  const parts = new StudyParts({
    config,
    origin,
    ...(networks && { networks }),
    store: own,
    onDamaged: (part, found) =>
      display.line(`note:    ${part} in ${store.label} is damaged (${found}): it is computed again`),
  });
  const course = await CourseKeeper.of(own, shard ?? { index: 1, of: 1 }, here, started);
  return {
    parts,
    course,
    begin: () => course.write(),
    requireSame: () => requireStored(place, here),
  };
}
