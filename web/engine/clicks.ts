/**
 * Answers to clicks on the study on show: what removals do, what makes a neuron fire, what a sample is taken for, what two neurons
 * know together.
 */

import type { NeuronAddress } from "../../src/core/ablation.ts";
import type { LabDevice } from "./lab-device.ts";
import type { LivePart } from "./lab-study.ts";
import { Newest } from "./newest.ts";
import { layerPairs } from "./pairs/layer-pairs.ts";
import { pairFacts } from "./pairs/pair-facts.ts";
import type { PairRemoval } from "./pairs/pair-notices.ts";
import type { LabNotice, LabRequest } from "./protocol.ts";
import type { WorkGate } from "./work-gate.ts";

const clickTypes = ["evaluate", "extremes", "classify", "pair", "layerPairs"] as const;
type ClickType = (typeof clickTypes)[number];
type Click<T extends ClickType> = Extract<LabRequest, { readonly type: T }>;

export function isClick(request: LabRequest): request is Click<ClickType> {
  return clickTypes.some((type) => type === request.type);
}

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
  readonly #pairs = new Newest<Click<"pair">>((asked) => this.#answer(asked, () => this.#lookAtPair(asked)));
  readonly #layers = new Newest<Click<"layerPairs">>((asked) => this.#showLayer(asked));
  /** They share buffers, so they come one after another. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: ClicksOptions) {
    this.#options = options;
  }

  receive(asked: Click<ClickType>): void {
    if (asked.type === "evaluate") void this.#evaluations.offer(asked);
    else if (asked.type === "extremes") void this.#extremes.offer(asked);
    else if (asked.type === "classify") void this.#samples.offer(asked);
    else if (asked.type === "pair") void this.#pairs.offer(asked);
    else void this.#layers.offer(asked);
  }

  /** Frees what clicks on another study have used, once nobody uses it. */
  forget({ probing, pairCounter }: LivePart): void {
    pairCounter[Symbol.dispose]();
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

  async #lookAtPair({ sequence, repeat, neurons, mode }: Click<"pair">): Promise<void> {
    const { probing, pairCounter, dataset, device } = this.#options.live();
    const scope = neurons[0].layer === neurons[1].layer ? "layers" : "network";
    const facts = pairFacts(await pairCounter.count(device.devices, repeat, scope), neurons);
    const without = async (removed: readonly NeuronAddress[]) => {
      const { correct, loss } = await probing.evaluate(device.devices, repeat, removed, mode);
      return { correct, loss };
    };
    const removal: PairRemoval = {
      mode,
      samples: dataset.test.count,
      intact: await without([]),
      alone: [await without([neurons[0]]), await without([neurons[1]])],
      together: await without(neurons),
    };
    this.#options.post({ type: "pair", pair: { sequence, repeat, neurons, ...facts, removal } });
  }

  /** The device counts between other clicks; what follows on the host takes long, and leaves the device to them. */
  async #showLayer(asked: Click<"layerPairs">): Promise<void> {
    const { live, post, onFault } = this.#options;
    const { sequence, repeat } = asked;
    const layers = this.#layers;
    let decompose: (() => ReturnType<typeof layerPairs>) | undefined;
    await this.#answer(asked, async () => {
      const { pairCounter, device } = live();
      const counted = await pairCounter.count(device.devices, repeat, "layers");
      const watch = {
        isOver: () => layers.overtaken || pairCounter.isOver,
        onProgress: (done: number, total: number) => post({ type: "decomposing", sequence, done, total }),
      };
      decompose = () => layerPairs(counted, asked, watch);
    });
    try {
      const found = await decompose?.();
      if (found !== undefined) post({ type: "layerPairs", pairs: { sequence, repeat, ...found } });
    } catch (error) {
      onFault(asked.type, error);
    }
  }
}
