/** An engine without a worker or a device: answers like the real one, at once, with a made-up study. */

import { RunError } from "../../../src/core/errors.ts";
import type { StudyConfig } from "../../../src/core/study.ts";
import { answers } from "../../../src/report/analysis/answers.ts";
import { comparisons } from "../../../src/report/analysis/comparisons.ts";
import { groupCurves } from "../../../src/report/analysis/curve-groups.ts";
import type {
  AdapterState,
  EarlierTraining,
  LabNotice,
  LabRequest,
  LabSettings,
} from "../../../web/engine/protocol.ts";
import { configOf } from "../../../web/engine/settings.ts";
import type { Connect } from "../../../web/ui/lab-store.ts";
import { settingsOf } from "../../../web/ui/state/linked-view.ts";
import { defaultSettings } from "../../../web/ui/state/settings.ts";
import { madeUpLayerPairs, madeUpPair } from "./made-up-pairs.ts";
import {
  curveOf,
  type MadeUpStudy,
  madeUpClassified,
  madeUpDataset,
  madeUpEvaluation,
  madeUpExtremes,
  madeUpLabels,
  madeUpStudy,
  stripes,
} from "./made-up-study.ts";

/** What a test can make the engine do, from outside. */
export interface EngineScript {
  /** Every request, in order. */
  readonly requests: LabRequest[];
  /** Sends a notice as if it came from the worker. */
  say(notice: LabNotice): void;
  /** Ends the training that waits for it. */
  finishTraining(): void;
}

const facts = { vendor: "test", architecture: "scripted", device: "", description: "Scripted GPU", backend: "none" };
const adapters: Readonly<Record<string, AdapterState>> = {
  hardware: { state: "hardware", facts: { ...facts, software: false } },
  software: { state: "software", facts: { ...facts, description: "SwiftShader Device (LLVM 16.0.0)", software: true } },
  missing: {
    state: "missing",
    fault: { what: "This browser has no WebGPU", fix: "Use Chrome or Edge 113 or newer, or Safari 26." },
  },
};

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

class ScriptedEngine implements EngineScript {
  readonly requests: LabRequest[] = [];
  readonly #onNotice: (notice: LabNotice) => void;
  readonly #adapter: string;
  #settings: LabSettings = defaultSettings;
  #study: MadeUpStudy | undefined;
  #live = true;
  readonly #trainings: EarlierTraining[] = [];
  /** The training that runs, or was shown last. */
  #current = "";
  #isTraining = false;

  constructor(onNotice: (notice: LabNotice) => void, adapter: string) {
    this.#onNotice = onNotice;
    this.#adapter = adapter;
  }

  say(notice: LabNotice): void {
    this.#onNotice(notice);
  }

  send(request: LabRequest): void {
    this.requests.push(request);
    setTimeout(() => this.#answer(request), 0);
  }

  finishTraining(): void {
    this.#isTraining = false;
    this.#progress(this.#settings.epochs);
    this.#change(this.#current, { isWhole: true, repeats: madeUpStudy(this.#settings).repeats });
    this.say({ type: "phase", phase: "measuring", paused: false });
    this.#show("trained");
  }

  #answer(request: LabRequest): void {
    switch (request.type) {
      case "open":
        this.#list();
        this.say({ type: "adapter", adapter: adapters[this.#adapter]! });
        this.say({ type: "dataset", dataset: madeUpDataset, notes: [] });
        break;
      case "start":
        this.#settings = request.settings;
        this.#begin();
        this.#train();
        break;
      case "epoch":
        // While networks train, the real one waits for the end of an epoch.
        if (!this.#isTraining) this.#show("trained", request.epoch);
        break;
      case "pause":
      case "resume":
        this.say({ type: "phase", phase: "training", paused: request.type === "pause" });
        break;
      case "stop":
        this.#isTraining = false;
        this.say({ type: "phase", phase: "ready", paused: false });
        break;
      case "showFinished":
        this.#live = this.#adapter !== "missing";
        this.#show("finished");
        break;
      case "evaluate":
        this.say({ type: "evaluated", evaluation: madeUpEvaluation(request) });
        break;
      case "extremes": {
        const { sequence, repeat, neuron, count } = request;
        const samples = { most: madeUpExtremes(count, true), least: madeUpExtremes(count, false) };
        this.say({ type: "extremes", sequence, repeat, neuron, ...samples });
        break;
      }
      case "classify":
        this.say({ type: "classified", classified: madeUpClassified(request, this.#settings.hidden) });
        break;
      case "pair":
        this.say({ type: "pair", pair: madeUpPair(request, this.#settings.hidden) });
        break;
      case "layerPairs":
        this.say({ type: "layerPairs", pairs: madeUpLayerPairs(request, this.#settings.hidden) });
        break;
      case "curves":
        this.#curves(request);
        break;
      case "load":
        this.#refuse(request);
        break;
      case "reopen": {
        const { training } = this.#take(request);
        this.#show("trained", Math.floor(training.epochsDone));
        break;
      }
      case "continue":
        this.#take(request);
        this.#train();
        break;
      case "rename":
        this.#change(request.training, { name: request.name });
        break;
      case "forget":
        this.#trainings.splice(
          this.#trainings.findIndex(({ id }) => id === request.training),
          1,
        );
        this.#list();
        break;
      case "export": {
        const zip = new Blob(["made up"], { type: "application/zip" });
        this.say({ type: "exported", request: request.request, name: "study.zip", zip });
        break;
      }
      default:
    }
  }

  get #trained(): number {
    return this.#trainings.find(({ id }) => id === this.#current)?.training.epochsDone ?? 0;
  }

  /** The training of a request becomes the one that all else is of. */
  #take({ training: id }: { readonly training: string }): EarlierTraining {
    const training = this.#trainings.find((one) => one.id === id)!;
    [this.#current, this.#settings] = [id, settingsOf(training.config)];
    return training;
  }

  #begin(): void {
    const number = this.#trainings.length + 1;
    const { epochs } = this.#settings;
    this.#current = `training-${number}`;
    this.#trainings.push({
      id: this.#current,
      number,
      name: "",
      started: `2026-02-0${number}T10:00:00.000Z`,
      config: configOf(this.#settings, "mnist"),
      dataset: madeUpDataset,
      training: { epochs, epochsDone: 0, repeats: [] },
      repeats: [],
      isWhole: false,
      isKept: true,
      elsewhere: false,
      bytes: 1_080_000 * epochs,
    });
  }

  #change(id: string, change: Partial<EarlierTraining>): void {
    const place = this.#trainings.findIndex((training) => training.id === id);
    this.#trainings[place] = { ...this.#trainings[place]!, ...change };
    this.#list();
  }

  #list(): void {
    const trainings = [...this.#trainings];
    const bytes = trainings.reduce((sum, training) => sum + training.bytes, 0);
    this.say({ type: "trainings", trainings, storage: { bytes, most: 5e8, notes: [] } });
  }

  /** Half of it. */
  #train(): void {
    const half = Math.floor(this.#settings.epochs / 2);
    this.say({ type: "phase", phase: "training", paused: false });
    this.#isTraining = true;
    this.#progress(half);
    this.say({ type: "epochs", training: this.#current, kept: upTo(half) });
  }

  #progress(epochsDone: number): void {
    const { epochs, repeats } = this.#settings;
    const values = (value: (epoch: number, repeat: number) => number, repeat: number) =>
      Array.from({ length: epochsDone }, (_, epoch) => value(epoch, repeat));
    const training = {
      epochs,
      epochsDone,
      repeats: Array.from({ length: repeats }, (_, repeat) => ({
        repeat,
        loss: values((epoch) => 2 / (epoch + 1) + 0.05 * repeat, repeat),
        accuracy: values((epoch) => 0.95 - 0.5 / (epoch + 1) - 0.01 * repeat, repeat),
      })),
    };
    this.say({ type: "training", ...training, remainingMs: 1000 * (epochs - epochsDone) });
    this.#change(this.#current, { training });
  }

  /** @param epoch after which the networks are shown; by default the last */
  #show(origin: "trained" | "finished", epoch = this.#settings.epochs): void {
    const settings = this.#settings;
    const study = madeUpStudy(settings);
    this.#study = study;
    const lacking = this.#live ? "" : "it takes WebGPU to compute it";
    const scopes = ["layers"] as const;
    const config: StudyConfig = { ...configOf(settings, "mnist"), scopes, modes: ["mean"], randomDraws: 2 };
    const widths = [madeUpDataset.features, ...settings.hidden, madeUpDataset.classes];
    this.say({
      type: "study",
      origin,
      label: "",
      config,
      dataset: madeUpDataset,
      widths,
      ...(origin === "trained" && {
        epoch: { shown: epoch, kept: upTo(Math.max(epoch, this.#trained)), training: this.#current },
      }),
      validationLabels: madeUpLabels,
      live: this.#live,
      lacking,
      missing: [],
      warnings: [],
      notes: [],
    });
    for (const { repeat } of study.repeats) {
      const neurons = settings.hidden[0]!;
      this.say({ type: "firstLayer", repeat, neurons, weights: stripes(neurons) });
    }
    this.say({ type: "measured", repeats: study.repeats, neurons: study.neurons });
    this.say({ type: "orders", orders: study.orders });
    this.say({ type: "singles", singles: study.singles });
    this.say({ type: "phase", phase: "ready", paused: false });
  }

  #curves({ request, repeats, scopes, modes, answers: isAnswer }: Extract<LabRequest, { type: "curves" }>): void {
    const wanted = this.#study!.orders.filter(
      ({ repeat, scope }) =>
        repeats.includes(repeat) && scopes.some((kind) => scope.startsWith(kind.replace(/s$/, ""))),
    );
    const curves = wanted.flatMap((order) => modes.map((mode) => curveOf(order, mode)));
    this.say({ type: "curves", request, curves, done: 1, total: 1 });
    if (isAnswer) {
      const measures = Object.keys(this.#study!.neurons[0]!.measures);
      const answered = answers(comparisons(groupCurves(curves), measures), modes[0]!);
      this.say({ type: "answers", request, answers: answered });
    }
    this.say({ type: "ended", request, outcome: "done" });
  }

  #refuse({ files }: Extract<LabRequest, { type: "load" }>): void {
    const { fault } = new RunError({
      what: "this is not a network",
      where: files[0]!.path,
      expected: "a .safetensors file",
      found: "a picture",
      fix: "drop another file",
    });
    this.say({ type: "fault", about: "load", unexpected: false, fault, asks: [] });
  }
}

/** @param tell is given the engine as soon as the page has opened it */
export function scriptedConnect(adapter: string, tell: (script: EngineScript) => void): Connect {
  return (onNotice) => {
    const engine = new ScriptedEngine(onNotice, adapter);
    tell(engine);
    setTimeout(() => engine.send({ type: "open", base: "" }), 0);
    return engine;
  };
}
