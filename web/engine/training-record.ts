/** What is known of training while it goes on: curves per repeat, how far it is, and how long it will take. */

import type { DeviceSplit } from "../../src/passes/device-split.ts";
import { evaluate } from "../../src/passes/evaluate.ts";
import type { TrainedEpoch } from "../../src/study/train-stage.ts";
import type { LabNotice, TrainingRepeat } from "./protocol.ts";

/** Share of training after which its pace tells something: shaders are compiled by then. */
const TELLING_SHARE = 0.02;

export class TrainingRecord {
  readonly #epochs: number;
  readonly #loss: number[][];
  readonly #accuracy: number[][];
  readonly #workedMs: () => number;
  readonly #startMs: number;
  /** Where this training began: not at 0 where an earlier one is gone on with. */
  #firstShare: number | undefined;
  #share = 0;

  /**
   * @param before [repeats]: curves so far
   * @param workedMs milliseconds on a clock that stands still while work is held up
   */
  constructor(before: readonly TrainingRepeat[], epochs: number, workedMs: () => number) {
    this.#epochs = epochs;
    this.#loss = before.map(({ loss }) => [...loss]);
    this.#accuracy = before.map(({ accuracy }) => [...accuracy]);
    this.#workedMs = workedMs;
    this.#startMs = workedMs();
  }

  get repeats(): TrainingRepeat[] {
    return this.#loss.map((loss, repeat) => ({ repeat, loss: [...loss], accuracy: [...this.#accuracy[repeat]!] }));
  }

  /** @param share of all epochs of all repeats */
  progressed(share: number): void {
    this.#firstShare ??= share;
    this.#share = share;
  }

  /** An epoch in which the device was lost comes again, with the same numbers. */
  async epochDone({ gpu, repeats, networks, epoch, losses }: TrainedEpoch, validation: DeviceSplit): Promise<void> {
    const { correct } = await evaluate(gpu, networks, validation);
    repeats.forEach((repeat, index) => {
      this.#loss[repeat]![epoch] = losses[index]!;
      this.#accuracy[repeat]![epoch] = correct[index]! / validation.count;
    });
  }

  notice(): LabNotice {
    const elapsed = this.#workedMs() - this.#startMs;
    const done = this.#share - (this.#firstShare ?? 0);
    const told = done >= TELLING_SHARE;
    const remainingMs = (elapsed / done) * (1 - this.#share);
    const epochs = this.#epochs;
    const known = { epochs, epochsDone: this.#share * epochs, ...(told && { remainingMs }) };
    return { type: "training", ...known, repeats: this.repeats };
  }
}
