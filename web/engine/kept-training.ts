/**
 * One training as it is kept: what it is (a study's record), how it went, the networks of its epochs, the place at which it can be
 * gone on with, and what was computed of the epochs that were on show.
 *
 * The networks of an epoch are the part that a study of so many epochs has, so they are named by what they depend on, as all parts.
 */

import { RunError } from "../../src/core/errors.ts";
import type { TrainedNetwork } from "../../src/core/network.ts";
import type { PartStore } from "../../src/core/part-store.ts";
import type { RepeatSummary, StudyConfig } from "../../src/core/study.ts";
import { decodePlain, encodePlain } from "../../src/formats/plain-bytes.ts";
import { Checkpoints } from "../../src/study/checkpoints.ts";
import { differences, differencesText, identityOf } from "../../src/study/identity.ts";
import type { PartOrigin } from "../../src/study/part-names.ts";
import { sealed, unsealed } from "../../src/study/sealed-part.ts";
import { StudyParts } from "../../src/study/study-parts.ts";
import { identified, type StudyRecord } from "../../src/study/study-record.ts";
import { BackedParts } from "./backed-parts.ts";
import type { EpochStore } from "./epoch-store.ts";
import type { TrainingRepeat } from "./protocol.ts";

/** The part with the course. */
export const COURSE = "training";
/** Another number where a course has other fields. */
const FORM = 1;
/** Between two times that a training is kept on its way: what a reload costs of it. */
const KEEP_MS = 2000;

/** How a training went, or goes. */
interface TrainingCourse {
  readonly form: typeof FORM;
  /** From 1, in the order in which trainings began. */
  readonly number: number;
  /** That somebody gave it; empty. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  /** [repeats]: epochs, from 1, whose networks are kept, ascending. */
  readonly kept: readonly (readonly number[])[];
  /** [repeats] */
  readonly curves: readonly TrainingRepeat[];
  /** Milliseconds so far. */
  readonly trainMs: number;
  /** Of the networks at the end; empty before it. */
  readonly summaries: readonly RepeatSummary[];
  /** What makes these doubtful. */
  readonly warnings: readonly string[];
}

export function newCourse(number: number, started: Date, repeats: number): TrainingCourse {
  const each = Array.from({ length: repeats }, (_, repeat) => repeat);
  return {
    form: FORM,
    number,
    name: "",
    started: started.toISOString(),
    kept: each.map(() => []),
    curves: each.map((repeat) => ({ repeat, loss: [], accuracy: [] })),
    trainMs: 0,
    summaries: [],
    warnings: [],
  };
}

/** @returns undefined where there is none, or one of another form; a text, what is wrong with it */
export async function readCourse(store: PartStore): Promise<TrainingCourse | string | undefined> {
  const bytes = await store.read(COURSE);
  const content = bytes && (await unsealed(COURSE, bytes));
  if (content === undefined || !(content instanceof Uint8Array)) return content?.found;
  const course = decodePlain(content) as TrainingCourse;
  return course.form === FORM ? course : undefined;
}

/** Who is told what happens to a training's parts. */
interface TrainingWatcher {
  /** The store takes no more of it. */
  onFault(fault: Error): void;
  /** @param part with the beginning of its checksum */
  onDamaged(training: KeptTraining, part: string, found: string): void;
  /** Something of it was kept. */
  onKept(training: KeptTraining): Promise<void>;
}

const shortName = (part: string) => part.replace(/(-[0-9a-f]{8})[0-9a-f]{56}$/, "$1");

export class KeptTraining {
  readonly id: string;
  readonly record: StudyRecord;
  readonly config: StudyConfig;
  readonly #watcher: TrainingWatcher;
  readonly #store: BackedParts;
  #course: TrainingCourse;
  /** Whether networks that were kept are not whole any more. */
  #hasLost = false;

  /** @param backing undefined where nothing outlives the page */
  constructor(
    id: string,
    record: StudyRecord,
    course: TrainingCourse,
    backing: PartStore | undefined,
    watcher: TrainingWatcher,
  ) {
    this.id = id;
    this.record = record;
    this.config = record.config as StudyConfig;
    this.#course = course;
    this.#watcher = watcher;
    this.#store = new BackedParts(backing && identified(backing, record), (fault) => watcher.onFault(fault));
  }

  get course(): TrainingCourse {
    return this.#course;
  }

  /** Whether nothing of it is left to train. */
  get isWhole(): boolean {
    return !this.#hasLost && this.#course.summaries.length > 0;
  }

  /** Whether it outlives the page. */
  get isKept(): boolean {
    return this.#store.isBacked;
  }

  /** What another tab has kept of it since. */
  take(course: TrainingCourse): void {
    this.#course = course;
  }

  /** From now on in memory alone: it was deleted, or is too large. */
  detach(): void {
    this.#store.detach();
  }

  /**
   * The parts of the study that its networks are after some epochs.
   * @param origin of what is computed of them; by default that of their training
   * @param networks where they are in memory
   */
  parts(epochs: number, origin: PartOrigin = this.record.origin, networks?: readonly TrainedNetwork[]): StudyParts {
    return new StudyParts({
      store: this.#store,
      config: { ...this.config, epochs },
      origin,
      ...(networks && { networks }),
      onDamaged: (part, found) => this.#watcher.onDamaged(this, shortName(part), found),
    });
  }

  /** @throws RunError where others would come of going on with it: half of it would have bits that no training has */
  async requireOrigin(origin: PartOrigin): Promise<void> {
    const { config } = this.record;
    const found = differences(await identityOf(this.record), await identityOf({ config, origin }));
    if (found.length === 0) return;
    throw new RunError({
      what: "this training was begun with another adapter, browser or version of the page",
      found: differencesText(found),
      fix: "train anew with its settings",
    });
  }

  /** @param before done before each of them */
  checkpoints(clock: () => number, before: () => Promise<void>): Checkpoints {
    return new Checkpoints(this.parts(this.config.epochs), clock, KEEP_MS, before);
  }

  /** All its networks are there, and measured. */
  async finish(summaries: readonly RepeatSummary[], warnings: readonly string[]): Promise<void> {
    this.#hasLost = false;
    await this.change({ summaries, warnings });
  }

  async change(change: Partial<TrainingCourse>): Promise<void> {
    this.#course = { ...this.#course, ...change };
    await this.#store.write(COURSE, await sealed(COURSE, encodePlain(this.#course)));
    await this.#watcher.onKept(this);
  }

  /** Keeps those networks that are not kept, and how they were reached, and drops those that are not there any more. */
  async keep({ all }: EpochStore, curves: readonly TrainingRepeat[], trainMs: number): Promise<void> {
    const before = this.#course.kept.map((epochs) => new Set(epochs));
    const now = before.map((): number[] => []);
    for (const [epoch, networks] of all) {
      for (const [repeat, network] of networks) {
        now[repeat]!.push(epoch);
        if (!this.isKept || before[repeat]!.delete(epoch)) continue;
        await this.parts(epoch).write("network", repeat, network);
      }
    }
    const kept = now.map((epochs) => epochs.sort((a, b) => a - b));
    await this.change({ kept: this.isKept ? kept : kept.map(() => []), curves, trainMs });
    for (const [repeat, epochs] of before.entries()) {
      for (const epoch of epochs) await this.parts(epoch).remove("network", repeat);
    }
  }

  /** The networks that are kept, as far as they are whole. @param onNetwork told of each */
  async networks(onNetwork: (epoch: number, network: TrainedNetwork) => void): Promise<void> {
    this.#hasLost = false;
    for (const [repeat, epochs] of this.#course.kept.entries()) {
      for (const epoch of epochs) {
        const network = await this.parts(epoch).find("network", repeat);
        if (network === undefined) this.#hasLost = true;
        else onNetwork(epoch, network);
      }
    }
  }

  /** Takes away what would keep training from making lost networks again. @param there networks that are not lost */
  async prepare({ all: there }: EpochStore): Promise<void> {
    const parts = this.parts(this.config.epochs);
    const kept: number[][] = [];
    for (const [repeat, epochs] of this.#course.kept.entries()) {
      kept.push(epochs.filter((epoch) => there.get(epoch)?.has(repeat)));
      const lost = epochs.find((epoch) => !kept[repeat]!.includes(epoch));
      if (lost === undefined) continue;
      await parts.remove("network", repeat);
      const checkpoint = await parts.find("checkpoint", repeat);
      if (checkpoint !== undefined && checkpoint.trainLoss.length >= lost) await parts.remove("checkpoint", repeat);
    }
    // Until they are made again, it is not whole.
    if (this.#hasLost) await this.change({ kept, summaries: [] });
  }
}
