/** One shard of a study: its parts are left in a folder, from which `merge` makes the results when all shards are done. */
import { RunError } from "../../core/errors.ts";
import type { TrainedNetwork } from "../../core/network.ts";
import { repeatsText } from "../../core/repeats-text.ts";
import type { RepeatSummary } from "../../core/study.ts";
import type { StoreFolder } from "../../platform/node/part-folder.ts";
import { openShardFolder } from "../../platform/node/shard-folder.ts";
import { assembled, summariesOf } from "../../study/assemble.ts";
import { jobsOf, repeatsOf, type Shard, shardText } from "../../study/jobs.ts";
import type { StudyWork } from "../../study/study.ts";
import type { ProgressDisplay } from "../display/progress-display.ts";
import type { AskedShard } from "../options/shard-options.ts";
import type { Told } from "./interruption.ts";
import { partsText } from "./kept-results.ts";
import { removeIfEmpty } from "./made-folders.ts";
import type { Session } from "./session.ts";
import type { StudyStore } from "./study-store.ts";
import { type CourseOptions, watchedCourse } from "./watched-course.ts";

const GOES_ON = "the same command goes on from there";

async function toldOf({ parts }: StoreFolder): Promise<Told> {
  const kept = await partsText(parts);
  return kept === undefined ? { kept: "nothing", fix: "start the same command again" } : { kept, fix: GOES_ON };
}

/** The error, with the parts that are there in spite of it. */
async function withKept(error: unknown, { parts }: StoreFolder): Promise<unknown> {
  if (!(error instanceof RunError)) return error;
  const kept = await partsText(parts).catch(() => undefined); // The error says what is wrong with the folder.
  return kept === undefined ? error : new RunError({ ...error.fault, kept: `${kept}; ${GOES_ON}` }, { cause: error });
}

/**
 * Opens the folder for the parts of a shard, and has them computed.
 * @throws UsageError, RunError
 */
export async function withShard(
  session: Session,
  { shard, said, out }: AskedShard,
  work: (folder: StoreFolder) => Promise<void>,
): Promise<void> {
  const { display } = session;
  removeIfEmpty(out);
  const folder = await openShardFolder(out);
  session.told = () => toldOf(folder);
  display.line(`shard:   ${shardText(shard)}${said === undefined ? "" : ` (${said})`}`);
  try {
    await work(folder);
  } catch (error) {
    display.stop();
    throw await withKept(error, folder);
  }
}

interface ShardPlace {
  readonly shard: Shard;
  readonly options: CourseOptions;
  readonly folder: StoreFolder;
  readonly display: ProgressDisplay;
  readonly store: StudyStore;
  /** [repeats of the whole study]: networks that were not trained here. */
  readonly networks?: readonly TrainedNetwork[];
  /** Told how well the networks do, before the sweep begins. */
  onEvaluated?(repeats: readonly RepeatSummary[]): Promise<void>;
}

/** What is done, and how the results come of it. */
function tellDone(repeats: readonly number[], { shard, folder, display }: ShardPlace): void {
  const what = repeats.length === 0 ? "there are fewer networks than shards, and none for it" : repeatsText(repeats);
  display.line(`shard ${shardText(shard)} is done: ${what}; parts in ${folder.parts.label}`);
  display.line(
    `to do:   gpu-importance status ${folder.label} says what other shards have left to do; when all are done,`,
  );
  display.line("         gpu-importance merge FOLDER... --out FOLDER makes the results");
}

/** Does what is not done of a shard. @throws as `computeStudy` does; UsageError where the folder became another study's */
export async function computedShard(work: Omit<StudyWork, "parts">, place: ShardPlace): Promise<void> {
  const { shard, store, networks } = place;
  const { parts } = store;
  const repeats = repeatsOf(parts.config.repeats, shard);
  await store.begin();
  // Whoever merges has no files of networks.
  if (networks) for (const repeat of repeats) await parts.write("network", repeat, networks[repeat]!);
  const { options, display } = place;
  const watch = { options, display, course: store.course };
  await watchedCourse({ ...work, parts }, jobsOf(parts.config, shard), watch, {
    async onStage(stage) {
      if (stage === "measure") await place.onEvaluated?.(await summariesOf(assembled(parts, repeats)));
    },
  });
  await store.requireSame();
  tellDone(repeats, place);
}
