/** The lab without its looks: takes the page's requests, runs them on one device, and tells what comes of them. */
import type { Dataset } from "../../src/core/dataset.ts";
import { RunError } from "../../src/core/errors.ts";
import { appendAll } from "../../src/core/long-arrays.ts";
import { summarizeDataset } from "../../src/data/splits/summarize-dataset.ts";
import type { BrowserScope } from "../../src/platform/browser/adapter.ts";
import type { PartOrigin } from "../../src/study/part-names.ts";
import { recordOf } from "../../src/study/study-record.ts";
import { Clicks, isClick } from "./clicks.ts";
import { readGiven } from "./given-study.ts";
import { JobQueue } from "./job-queue.ts";
import { keptStudy } from "./kept-study.ts";
import type { KeptTraining } from "./kept-training.ts";
import { adapterState, LabDevice } from "./lab-device.ts";
import { exportShown } from "./lab-export.ts";
import type { LabStudy, LivePart } from "./lab-study.ts";
import { pageFault } from "./page-fault.ts";
import { loadDigits, loadFinishedStudy } from "./page-files.ts";
import type { LabNotice, LabRequest, LabRequestType } from "./protocol.ts";
import { PutOff } from "./put-off.ts";
import { inPageWords } from "./reading-names.ts";
import { configOf } from "./settings.ts";
import { studyNotices } from "./study-notices.ts";
import { filedStudy, networkStudy } from "./study-sources.ts";
import { answersOf, computeCurves, curvePieces, removeSingles } from "./study-stages.ts";
import { trainKept } from "./train-kept.ts";
import { TrainedEpochs } from "./trained-epochs.ts";
import { type LabStorage, TrainingArchive } from "./training-archive.ts";
import { StoppedError, WorkGate } from "./work-gate.ts";

type Request<T extends LabRequestType> = Extract<LabRequest, { readonly type: T }>;
type Phase = Extract<LabNotice, { readonly type: "phase" }>["phase"];
type LongRequest = Request<
  "start" | "continue" | "reopen" | "epoch" | "load" | "useEmbeddedDigits" | "showFinished" | "curves" | "export"
>;

/** The embedded digits' name as data of a study, as on the command line. */
const EMBEDDED = "mnist";

export class Lab {
  readonly #scope: BrowserScope;
  readonly #version: string;
  readonly #post: (notice: LabNotice) => void;
  readonly #gate = new WorkGate();
  readonly #jobs = new JobQueue(this.#gate);
  readonly #archive: TrainingArchive;
  readonly #clicks: Clicks;
  #base = "";
  #opened: Promise<void> = Promise.resolve();
  #device: LabDevice | undefined;
  #embedded: Dataset | undefined;
  #dataset: Dataset | undefined;
  #study: LabStudy | undefined;
  #phase: Phase = "ready";
  /** What is shown while networks train; undefined for the newest epoch. */
  #wantedEpoch: number | undefined;
  /** What the study on show still lacks, because a request that may replace it came between; see `PutOff`. */
  #putOff = new PutOff();

  /** @param version of the package, for exported results */
  constructor(scope: BrowserScope, storage: LabStorage, version: string, post: (notice: LabNotice) => void) {
    this.#scope = scope;
    this.#version = version;
    this.#post = post;
    this.#archive = new TrainingArchive(storage, post);
    const onFault = this.#tellFault.bind(this);
    this.#clicks = new Clicks({ gate: this.#gate, live: () => this.#live(), post, onFault });
  }

  receive(request: LabRequest): void {
    const { type } = request;
    if (type === "open") this.#opened = this.#open(request.base);
    else if (type === "pause" || type === "resume") this.#setPaused(type === "pause");
    else if (type === "stop") this.#stop();
    else if (type === "cancel") this.#cancel(request.request);
    else if (isClick(request)) this.#clicks.receive(request);
    else if (type === "rename" || type === "forget" || type === "listTrainings" || type === "dropNotes")
      this.#archive.receive(request).catch((error: unknown) => this.#tellFault(type, error));
    else if (type === "epoch" && this.#phase === "training") this.#wantedEpoch = request.epoch;
    else this.#enqueue(request);
  }

  /** Training and measuring end for good; what the study on show lacks is gone on with. */
  #stop(): void {
    this.#jobs.cancel((job) => job.request === undefined);
  }

  #cancel(request: number): void {
    if (this.#putOff.drop(request)) this.#post({ type: "ended", request, outcome: "cancelled" });
    else this.#jobs.cancel((job) => job.request === request);
  }

  #enqueue(asked: LongRequest): void {
    // What was asked of the study on show is pointless if another comes, but only then: it may be refused or stopped.
    if (!("request" in asked)) {
      this.#putOff.begin();
      this.#jobs.cancel(() => true);
    }
    this.#add(asked);
  }

  #add(asked: LongRequest): void {
    const request = "request" in asked ? asked.request : undefined;
    const study = this.#study;
    const added = this.#jobs.add({
      ...(request !== undefined && { request }),
      run: () => this.#opened.then(() => this.#run(asked)),
      onFault: (error) => this.#tellFault(asked.type, error),
      onEnd: (outcome, hasRun) => {
        if (hasRun) this.#setPhase("ready");
        if (asked.type === "curves" && outcome === "cancelled" && this.#putOff.takes(asked, study, this.#study)) return;
        if (request !== undefined) this.#post({ type: "ended", request, outcome });
      },
    });
    void added.then(() => this.#goOn());
  }

  /** Takes up what was put off, of the study that is still on show; what was asked of another is over. */
  #goOn(): void {
    if (this.#jobs.busy) return;
    const { curves, singles } = this.#putOff.end();
    const study = this.#study;
    if (singles !== undefined && singles === study) this.#addSingles(study);
    for (const { asked, of } of curves) {
      if (of === study) this.#add(asked);
      else this.#post({ type: "ended", request: asked.request, outcome: "cancelled" });
    }
  }

  #addSingles(study: LabStudy): void {
    const added = this.#jobs.add({
      run: () => this.#removeSingles(study),
      onFault: (error) => this.#tellFault("load", error),
      onEnd: (_, hasRun) => {
        if (hasRun) this.#setPhase("ready");
      },
    });
    void added.then(() => this.#goOn());
  }

  #run(asked: LongRequest): Promise<void> {
    if (asked.type === "start") return this.#start(asked);
    if (asked.type === "continue") return this.#continue(asked);
    if (asked.type === "reopen") return this.#reopen(asked.training);
    if (asked.type === "epoch") return this.#showEpoch(asked);
    if (asked.type === "load") return this.#load(asked);
    if (asked.type === "useEmbeddedDigits") return this.#useEmbeddedDigits();
    if (asked.type === "showFinished") return this.#showFinished();
    if (asked.type === "curves") return this.#sweep(asked);
    return this.#export(asked.request);
  }

  /** Never rejects: what goes wrong is told, and the page goes on with what there is. */
  async #open(base: string): Promise<void> {
    this.#base = base;
    const told = (work: Promise<void>) => work.catch((error: unknown) => this.#tellFault("open", error));
    const listed = told(this.#archive.open());
    await Promise.all([listed, told(listed.then(() => this.#openDevice())), told(this.#useEmbeddedDigits())]);
  }

  async #openDevice(): Promise<void> {
    const opened = await LabDevice.open(this.#scope, this.#gate.ask, {
      onLost: (fault) => this.#post({ type: "deviceLost", fault }),
      onRecovered: (gpu) => this.#post({ type: "deviceRecovered", adapter: adapterState(gpu) }),
      onGone: (error) => {
        this.#device = undefined;
        this.#post({ type: "adapter", adapter: { state: "refused", fault: pageFault(error).fault } });
      },
    });
    if (opened instanceof LabDevice) this.#device = opened;
    const adapter = opened instanceof LabDevice ? adapterState(opened.current) : opened;
    this.#post({ type: "adapter", adapter });
  }

  async #useEmbeddedDigits(): Promise<void> {
    this.#embedded ??= await loadDigits(this.#base, (loaded, total) => {
      this.#post({ type: "loading", what: "digits", loaded, total });
    });
    this.#useDataset(this.#embedded);
  }

  #useDataset(dataset: Dataset, notes: readonly string[] = []): void {
    this.#dataset = dataset;
    this.#post({ type: "dataset", dataset: summarizeDataset(dataset), notes: notes.map(inPageWords) });
  }

  /** @throws RunError where one of them is not there. */
  #computing(): { readonly device: LabDevice; readonly dataset: Dataset } {
    const [device, dataset] = [this.#device, this.#dataset];
    if (device === undefined) throw new RunError({ what: "there is no WebGPU adapter to compute on" });
    if (dataset === undefined) throw new RunError({ what: "there are no data", fix: "reload the page, or drop data" });
    return { device, dataset };
  }

  #originOn({ current }: LabDevice, dataset: Dataset): PartOrigin {
    const { facts: adapter, tiles } = current;
    return { package: this.#version, dawn: this.#scope.navigator.userAgent, adapter, tiles, dataset };
  }

  async #start({ settings, live = false }: Request<"start">): Promise<void> {
    const { device, dataset } = this.#computing();
    const config = configOf(settings, dataset === this.#embedded ? EMBEDDED : dataset.name);
    const origin = this.#originOn(device, dataset);
    const training = this.#archive.begin(recordOf({ config, origin, dataset, warnings: [] }));
    await this.#archive.whileTrained(training, () => this.#train(device, new TrainedEpochs(training, dataset), live));
  }

  /** The data of a training, where they are in use or come with the page. */
  #dataOf({ record }: KeptTraining): Dataset | undefined {
    return [this.#dataset, this.#embedded].find((dataset) => dataset?.sha256 === record.dataset.sha256);
  }

  /** Why nothing can be computed of a training; empty where it can. */
  #lackOf(training: KeptTraining): string {
    if (this.#device === undefined) return "there is no WebGPU adapter";
    return this.#dataOf(training) ? "" : `its data are not kept: drop ${training.record.dataset.name} on the page`;
  }

  async #continue({ training: id, live = false }: Request<"continue">): Promise<void> {
    const training = this.#archive.training(id);
    const lacking = this.#lackOf(training);
    if (lacking !== "") throw new RunError({ what: "this training cannot go on", found: lacking });
    const [device, dataset] = [this.#device!, this.#dataOf(training)!];
    await training.requireOrigin(this.#originOn(device, dataset));
    await this.#archive.whileTrained(training, async () => {
      const epochs = await TrainedEpochs.reopened(training, dataset);
      await epochs.prepare();
      await this.#train(device, epochs, live);
    });
  }

  async #train(device: LabDevice, epochs: TrainedEpochs, live: boolean): Promise<void> {
    const { training, dataset } = epochs;
    this.#wantedEpoch = undefined;
    this.#setPhase("training");
    await trainKept(device, epochs, {
      gate: this.#gate,
      post: this.#post,
      onPassing: async () => {
        if (live) await this.#showWhileTraining(device, epochs);
      },
    });
    this.#setPhase("measuring");
    const study = await epochs.study(device, training.config.epochs, this.#originOn(device, dataset));
    await training.finish(study.repeats, study.warnings);
    await this.#show(study);
  }

  /** As it was left: its newest epoch. */
  async #reopen(id: string): Promise<void> {
    const training = this.#archive.training(id);
    this.#setPhase("measuring");
    const lacking = this.#lackOf(training);
    if (lacking !== "") return await this.#show(await keptStudy(training, lacking));
    const [device, dataset] = [this.#device!, this.#dataOf(training)!];
    const epochs = await TrainedEpochs.reopened(training, dataset);
    const epoch = epochs.kept.at(-1);
    if (epoch === undefined) throw new RunError({ what: "no epoch of all its networks is kept", fix: "continue it" });
    await this.#archive.tell(); // of what is damaged
    await this.#show(await epochs.study(device, epoch, this.#originOn(device, dataset)));
  }

  /** What is on show lacked its data, which have come: more can be computed of it. */
  async #revive(): Promise<void> {
    const { epochs, live, dataset } = this.#study ?? {};
    if (epochs !== undefined && live === undefined && dataset?.sha256 === this.#dataset?.sha256)
      await this.#reopen(epochs.id);
  }

  /** The newest epoch, or the one that is asked for; what it lacks is found out once training has ended. */
  async #showWhileTraining(device: LabDevice, epochs: TrainedEpochs): Promise<void> {
    const { kept } = epochs;
    const epoch = this.#wantedEpoch !== undefined && kept.includes(this.#wantedEpoch) ? this.#wantedEpoch : kept.at(-1);
    const isShown = this.#study?.epochs === epochs && this.#study.epoch === epoch;
    if (epoch === undefined || isShown) return;
    const study = await epochs.passingStudy(device, epoch);
    this.#place(study);
    if (study.config.singles !== "none") this.#putOff.lacksSingles(study);
  }

  async #showEpoch({ epoch }: Request<"epoch">): Promise<void> {
    const { device } = this.#computing();
    const { epochs, live } = this.#shown();
    if (epochs === undefined || live === undefined)
      throw new RunError({ what: "no epochs are kept of this study", fix: "train networks here" });
    this.#setPhase("measuring");
    await this.#show(await epochs.study(device, epoch ?? epochs.kept.at(-1)!, this.#originOn(device, live.dataset)));
  }

  async #load({ files, options = {} }: Request<"load">): Promise<void> {
    const given = await readGiven(files, options, (read) => this.#tellPicture(read, files.length));
    if (given.kind === "dataset") {
      this.#useDataset(given.dataset, given.notes);
      await this.#revive();
    } else if (given.kind === "network") {
      const { device, dataset } = this.#computing();
      this.#setPhase("measuring");
      await this.#show(await networkStudy(device, dataset, { ...given, channels: options.channels }));
    } else await this.#show(filedStudy(given.files, "results-folder", given.label, this.#dataset, this.#device));
  }

  /** Tens of thousands take a minute: that is told in a hundred steps, and can be given up. */
  #tellPicture(loaded: number, total: number): void | Promise<void> {
    if (loaded % Math.ceil(total / 100) === 0) this.#post({ type: "loading", what: "pictures", loaded, total });
    return this.#gate.ask();
  }

  async #showFinished(): Promise<void> {
    const files = await loadFinishedStudy(this.#base, (loaded, total) => {
      this.#post({ type: "loading", what: "finished study", loaded, total });
    });
    const given = await readGiven(files);
    if (given.kind !== "results") throw new RangeError("the finished study is no folder of results");
    await this.#show(filedStudy(given.files, "finished", given.label, this.#dataset, this.#device));
  }

  /** Puts a study in the place of the one before, and finds out what its neurons cost where that is not known. */
  async #show(study: LabStudy): Promise<void> {
    this.#place(study);
    const isWanted = study.live !== undefined && study.config.singles !== "none";
    if (isWanted && study.singles.length === 0) await this.#removeSingles(study);
  }

  #place(study: LabStudy): void {
    const before = this.#study?.live;
    if (before !== undefined) this.#clicks.forget(before);
    this.#study = study;
    for (const notice of studyNotices(study)) this.#post(notice);
  }

  async #removeSingles(study: LabStudy): Promise<void> {
    this.#setPhase("sweeping");
    study.singles.length = 0;
    try {
      await removeSingles(this.#computing().device, study, (singles) => {
        appendAll(study.singles, singles);
        this.#post({ type: "singles", singles: study.singles });
      });
    } catch (error) {
      if (error instanceof StoppedError) this.#putOff.lacksSingles(study);
      throw error;
    }
  }

  #shown(): LabStudy {
    if (this.#study !== undefined) return this.#study;
    throw new RunError({ what: "there is no study yet", fix: "train one, or drop a file" });
  }

  async #sweep({ request, repeats, scopes, modes, answers = false }: Request<"curves">): Promise<void> {
    const study = this.#shown();
    const pieces = curvePieces(study, repeats, scopes);
    this.#setPhase("sweeping");
    let done = 0;
    await computeCurves(this.#device, study, pieces, modes, (curves) => {
      this.#post({ type: "curves", request, curves, done: ++done, total: pieces.length });
    });
    if (answers) this.#post({ type: "answers", request, answers: await answersOf(study, pieces, modes[0]!) });
  }

  async #export(request: number): Promise<void> {
    const study = this.#shown();
    const { device } = this.#computing();
    this.#setPhase("sweeping");
    const exported = await exportShown({
      device,
      study,
      runtime: { package: this.#version, node: "none: a browser", dawn: this.#scope.navigator.userAgent },
      base: this.#base,
      onProgress: (done, total) => this.#post({ type: "exporting", request, done, total }),
      onFault: (error) => this.#tellFault("export", error),
    });
    // Given up while the report was made, which asks nobody.
    await this.#gate.ask();
    this.#post({ type: "exported", request, ...exported });
  }

  #live(): LivePart & { readonly device: LabDevice } {
    const { live, lacking } = this.#shown();
    if (live === undefined) throw new RunError({ what: "nothing can be computed of this study", found: lacking });
    return { ...live, device: this.#computing().device };
  }

  #setPhase(phase: Phase): void {
    this.#phase = phase;
    this.#post({ type: "phase", phase, paused: this.#gate.paused });
  }

  #setPaused(paused: boolean): void {
    if (!this.#jobs.busy) return;
    if (paused) this.#gate.pause();
    else this.#gate.resume();
    this.#setPhase(this.#phase);
  }

  #tellFault(about: LabRequestType, error: unknown): void {
    this.#post({ type: "fault", about, ...pageFault(error) });
  }
}
