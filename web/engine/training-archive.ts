/**
 * The trainings of this browser: those that are kept in its storage, and those of this visit where it keeps none. Nothing here stops
 * a training: what goes wrong with the storage is told, and the training goes on in memory.
 */
import { type Fault, RunError } from "../../src/core/errors.ts";
import { multiplyAdds, studyShape } from "../../src/core/layers/network-shape.ts";
import { megabytes } from "../../src/core/megabytes.ts";
import type { PartFolders } from "../../src/core/part-store.ts";
import { plainName } from "../../src/core/plain-text.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { type StudyRecord, storedRecord } from "../../src/study/study-record.ts";
import { COURSE, KeptTraining, newCourse, readCourse } from "./kept-training.ts";
import type { EarlierTraining, LabNotice, LabRequest } from "./protocol.ts";

type ListRequest = Extract<LabRequest, { readonly type: "rename" | "forget" | "listTrainings" | "dropNotes" }>;

/** What the worker is given to keep trainings with. */
export interface LabStorage {
  /** @throws RunError where there is none */
  open(): Promise<PartFolders>;
  /** Tells tabs of each other; a tab that ends lets go. */
  readonly locks?: LockManager | undefined;
}

/** Bytes of all trainings: of the default one, some 50. */
const MOST_BYTES = 5e8;
/** What others of the page's address may need. */
const SHARE_OF_QUOTA = 0.5;
/** Of a network: its parameters, and twice as much beside them in a checkpoint. */
const FLOATS_A_WEIGHT = 4;
const FLOAT_BYTES = 4;

const LOCK = "gpu-importance training ";

export class TrainingArchive {
  readonly #storage: LabStorage;
  readonly #post: (notice: LabNotice) => void;
  #folders: PartFolders | undefined;
  #most = MOST_BYTES;
  #fault: Fault | undefined;
  /** What happened to trainings, as sentences without full stop. */
  #notes: string[] = [];
  readonly #trainings = new Map<string, KeptTraining>();
  /** Those that are trained here. */
  readonly #held = new Set<string>();

  constructor(storage: LabStorage, post: (notice: LabNotice) => void) {
    this.#storage = storage;
    this.#post = post;
  }

  async open(): Promise<void> {
    await this.#guarded(async () => {
      const folders = await this.#storage.open();
      const quota = await folders.quota();
      if (quota !== undefined) this.#most = Math.min(MOST_BYTES, Math.floor(quota * SHARE_OF_QUOTA));
      this.#folders = folders;
    });
    await this.refresh();
  }

  /** Faults of the storage are told, and change nothing else. */
  async #guarded<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      this.#fault = error.fault;
      return undefined;
    }
  }

  /** What other tabs have kept or deleted since, too. */
  async refresh(): Promise<void> {
    await this.#guarded(() => this.#readFolders());
    await this.tell();
  }

  async #readFolders(): Promise<void> {
    if (this.#folders === undefined) return;
    const names = (await this.#folders.list()).map(({ name }) => name);
    const elsewhere = await this.#elsewhere();
    for (const [id, training] of this.#trainings) {
      if (training.isKept && !names.includes(id) && !this.#held.has(id)) this.#trainings.delete(id);
    }
    for (const id of names) {
      if (!this.#held.has(id)) await this.#readFolder(this.#folders, id, elsewhere.has(id));
    }
  }

  /** @param isTrained whether another tab is at it */
  async #readFolder(folders: PartFolders, id: string, isTrained: boolean): Promise<void> {
    const store = folders.folder(id);
    const [record, course] = [await storedRecord(store), await readCourse(store)];
    if (record !== undefined && course !== undefined && typeof course !== "string") {
      if (course.kept.some((epochs) => epochs.length > 0)) {
        const known = this.#trainings.get(id);
        if (known?.isKept) known.take(course);
        else this.#trainings.set(id, new KeptTraining(id, record, course, store, this.#watcher));
        return;
      }
    }
    this.#trainings.delete(id);
    // Of a tab that ended before anything was kept, or was at it when it was deleted; or nobody can read it any more.
    if (isTrained || this.#storage.locks === undefined) return;
    if (typeof course === "string")
      this.#note(`an earlier training was lost: its part ${COURSE} was damaged (${course})`);
    else if (course !== undefined && record === undefined)
      this.#note(`training ${course.number} was lost: what says of which study it is was damaged`);
    await folders.remove(id);
  }

  readonly #watcher = {
    onFault: (error: Error) => {
      this.#fault = error instanceof RunError ? error.fault : { what: error.message };
    },
    onDamaged: ({ course }: KeptTraining, part: string, found: string) => {
      const again = part.startsWith("network-") ? "“Continue” trains it again" : "it is computed again";
      this.#note(`training ${course.number}: the part ${part} was damaged (${found}); ${again}`);
      void this.tell();
    },
    onKept: async (training: KeptTraining) => {
      await this.#guarded(() => this.#makeRoom(training));
      await this.tell();
    },
  };

  #note(text: string): void {
    if (!this.#notes.includes(text)) this.#notes = [...this.#notes, text];
  }

  /** Ids of trainings that other tabs are at. */
  async #elsewhere(): Promise<Set<string>> {
    const { held = [] } = (await this.#storage.locks?.query()) ?? {};
    const ids = held.flatMap(({ name }) => (name?.startsWith(LOCK) ? [name.slice(LOCK.length)] : []));
    return new Set(ids.filter((id) => !this.#held.has(id)));
  }

  /** Drops the oldest that have no name until the others, and the one that grows, fit. */
  async #makeRoom(growing: KeptTraining): Promise<void> {
    if (this.#folders === undefined || !growing.isKept) return;
    const sizes = new Map((await this.#folders.list()).map(({ name, bytes }) => [name, bytes]));
    const total = () => [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (total() <= this.#most) return;
    const elsewhere = await this.#elsewhere();
    for (const { id, course } of this.#inOrder()) {
      const isFree = id !== growing.id && course.name === "" && !elsewhere.has(id) && sizes.has(id);
      if (!isFree || total() <= this.#most) continue;
      await this.#remove(id);
      sizes.delete(id);
      this.#note(
        `training ${course.number} was dropped: ${megabytes(this.#most)} are kept at most, and it was the oldest without a name`,
      );
    }
    if (total() > this.#most) await this.#keepNot(growing);
  }

  async #keepNot(training: KeptTraining): Promise<void> {
    training.detach();
    await this.#folders?.remove(training.id);
    this.#fault = {
      what: `training ${training.course.number} does not fit beside those that have a name`,
      expected: `${megabytes(this.#most)} in all at most`,
      fix: "delete some, or take their names away",
    };
  }

  #inOrder(): KeptTraining[] {
    return [...this.#trainings.values()].sort((a, b) => (a.course.started < b.course.started ? -1 : 1));
  }

  /** A training that begins. */
  begin(record: StudyRecord): KeptTraining {
    const config = record.config as StudyConfig;
    const last = this.#inOrder().reduce((most, { course }) => Math.max(most, course.number), 0);
    const course = newCourse(last + 1, new Date(), config.repeats);
    const needed = config.repeats * multiplyAdds(studyShape(record.dataset, config)) * FLOATS_A_WEIGHT * FLOAT_BYTES;
    const fits = needed <= this.#most;
    // What was wrong may be mended by now; if not, it comes again.
    if (this.#folders !== undefined) this.#fault = undefined;
    if (!fits) {
      const found = `${megabytes(needed)} for an epoch`;
      this.#fault = {
        what: `training ${course.number} is too large`,
        expected: `${megabytes(this.#most)} at most`,
        found,
      };
    }
    const id = crypto.randomUUID();
    const training = new KeptTraining(id, record, course, fits ? this.#folders?.folder(id) : undefined, this.#watcher);
    this.#trainings.set(id, training);
    return training;
  }

  /** @throws RunError where there is none of that id any more */
  training(id: string): KeptTraining {
    const found = this.#trainings.get(id);
    if (found !== undefined) return found;
    throw new RunError({ what: "this training is not there any more", fix: "choose another one: it was deleted" });
  }

  /** Trains, and tells other tabs so. @throws RunError where another tab is at it */
  async whileTrained({ id }: KeptTraining, work: () => Promise<void>): Promise<void> {
    const { locks } = this.#storage;
    this.#held.add(id);
    try {
      if (locks === undefined) await work();
      else
        await locks.request(`${LOCK}${id}`, { ifAvailable: true }, (lock) => (lock === null ? refuseBusy() : work()));
    } finally {
      this.#held.delete(id);
      await this.tell();
    }
  }

  /** @throws RunError where the training is not there, or is being trained */
  async receive(asked: ListRequest): Promise<void> {
    if (asked.type === "rename") await this.training(asked.training).change({ name: plainName(asked.name.trim()) });
    else if (asked.type === "forget") await this.#forget(asked.training);
    else if (asked.type === "listTrainings") await this.refresh();
    else {
      this.#notes = [];
      await this.tell();
    }
  }

  async #forget(id: string): Promise<void> {
    if (this.#held.has(id)) throw new RunError({ what: "this training goes on", fix: "stop it first" });
    if ((await this.#elsewhere()).has(id)) refuseBusy();
    await this.#guarded(() => this.#remove(id));
    await this.tell();
  }

  async #remove(id: string): Promise<void> {
    this.#trainings.get(id)?.detach();
    this.#trainings.delete(id);
    await this.#folders?.remove(id);
  }

  /** Tells the page of all trainings. */
  async tell(): Promise<void> {
    const folders = (await this.#guarded(async () => this.#folders?.list())) ?? [];
    const bytes = new Map(folders.map((folder) => [folder.name, folder.bytes]));
    const elsewhere = await this.#elsewhere();
    const trainings = this.#inOrder().map((training) => {
      return told(training, bytes.get(training.id) ?? 0, elsewhere.has(training.id));
    });
    const sum = trainings.reduce((total, training) => total + training.bytes, 0);
    const storage = { bytes: sum, most: this.#most, notes: this.#notes, ...(this.#fault && { fault: this.#fault }) };
    this.#post({ type: "trainings", trainings: trainings.filter(({ training }) => training.epochsDone > 0), storage });
  }
}

function refuseBusy(): never {
  throw new RunError({ what: "another tab is at this training", fix: "go on there, or close that tab" });
}

function told(training: KeptTraining, bytes: number, elsewhere: boolean): EarlierTraining {
  const { id, config, course, record, isKept, isWhole } = training;
  const { number, name, started, curves, summaries } = course;
  const epochsDone = curves.reduce((sum, { accuracy }) => sum + accuracy.length, 0) / config.repeats;
  return {
    id,
    number,
    name,
    started,
    config,
    dataset: record.dataset,
    training: { epochs: config.epochs, epochsDone, repeats: curves },
    repeats: summaries,
    isWhole,
    isKept,
    elsewhere,
    bytes: isKept ? bytes : 0,
  };
}
