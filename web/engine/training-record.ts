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
  #share = 0;

  /** @param workedMs milliseconds on a clock that stands still while work is held up */
  constructor(repeats: number, epochs: number, workedMs: () => number) {
    this.#epochs = epochs;
    this.#loss = Array.from({ length: repeats }, () => []);
    this.#accuracy = Array.from({ length: repeats }, () => []);
    this.#workedMs = workedMs;
    this.#startMs = workedMs();
  }

  /** @param share of all epochs of all repeats */
  progressed(share: number): void {
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
    const repeats = this.#loss.map(
      (loss, repeat): TrainingRepeat => ({ repeat, loss: [...loss], accuracy: [...this.#accuracy[repeat]!] }),
    );
    const elapsed = this.#workedMs() - this.#startMs;
    const told = this.#share >= TELLING_SHARE;
    const remainingMs = (elapsed / this.#share) * (1 - this.#share);
    const epochs = this.#epochs;
    return { type: "training", epochs, epochsDone: this.#share * epochs, ...(told && { remainingMs }), repeats };
  }
}
