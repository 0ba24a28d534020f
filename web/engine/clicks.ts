/** Answers to clicks on the study on show: what removals do, what makes a neuron fire, what a sample is taken for. */

import type { LabDevice } from "./lab-device.ts";
import type { LivePart } from "./lab-study.ts";
import { Newest } from "./newest.ts";
import type { LabNotice, LabRequest } from "./protocol.ts";
import type { WorkGate } from "./work-gate.ts";

type ClickType = "evaluate" | "extremes" | "classify";
type Click<T extends ClickType> = Extract<LabRequest, { readonly type: T }>;

interface ClicksOptions {
  readonly gate: WorkGate;
  /** The study on show. @throws RunError where nothing can be computed of it */
  readonly live: () => LivePart & { readonly device: LabDevice };
  readonly post: (notice: LabNotice) => void;
  readonly onFault: (about: ClickType, error: unknown) => void;
}

export class Clicks {
  readonly #options: ClicksOptions;
  readonly #evaluations = new Newest<Click<"evaluate">>((asked) => this.#answer(asked, () => this.#evaluate(asked)));
  readonly #extremes = new Newest<Click<"extremes">>((asked) => this.#answer(asked, () => this.#findExtremes(asked)));
  readonly #samples = new Newest<Click<"classify">>((asked) => this.#answer(asked, () => this.#classify(asked)));
  /** They share buffers, so they come one after another. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: ClicksOptions) {
    this.#options = options;
  }

  receive(asked: Click<ClickType>): void {
    if (asked.type === "evaluate") void this.#evaluations.offer(asked);
    else if (asked.type === "extremes") void this.#extremes.offer(asked);
    else void this.#samples.offer(asked);
  }

  /** Frees what clicks on another study have used, once nobody uses it. */
  forget({ probing }: LivePart): void {
    this.#last = this.#last.then(() => probing[Symbol.dispose]());
  }

  /** While long work waits at the gate. */
  #answer({ type }: Click<ClickType>, work: () => Promise<void>): Promise<void> {
    const { gate, onFault } = this.#options;
    this.#last = this.#last.then(() => gate.first(work)).catch((error: unknown) => onFault(type, error));
    return this.#last;
  }

  async #evaluate({ sequence, repeat, removed, mode }: Click<"evaluate">): Promise<void> {
    const begin = performance.now();
    const { probing, dataset, device } = this.#options.live();
    const probed = await probing.evaluate(device.devices, repeat, removed, mode);
    const asked = { sequence, repeat, mode, removed };
    const elapsedMs = performance.now() - begin;
    const evaluation = { ...asked, ...probed, samples: dataset.test.count, elapsedMs };
    this.#options.post({ type: "evaluated", evaluation });
  }

  async #findExtremes({ sequence, repeat, neuron, count }: Click<"extremes">): Promise<void> {
    const { probing, device } = this.#options.live();
    const { most, least } = await probing.extremes(device.devices, repeat, neuron, count);
    this.#options.post({ type: "extremes", sequence, repeat, neuron, most, least });
  }

  async #classify({ sequence, repeat, choice, removed, mode }: Click<"classify">): Promise<void> {
    const classified = this.#options.live().probing.classify(repeat, choice, removed, mode);
    this.#options.post({ type: "classified", classified: { sequence, repeat, ...classified } });
  }
}
