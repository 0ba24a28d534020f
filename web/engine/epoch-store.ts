/**
 * The networks of a training after each of its epochs, within a bound of memory: where all epochs are too much, every second one
 * goes, then every second of those that are left, and so on. The newest one always stays.
 */
import type { TrainedNetwork } from "../../src/core/network.ts";

/** Bytes of parameters: of three default networks, 250 epochs. */
const MOST_EPOCH_BYTES = 2 ** 28;

const FLOAT_BYTES = 4;

function bytesOf({ network }: TrainedNetwork): number {
  return network.layers.reduce((sum, { weights, biases }) => sum + FLOAT_BYTES * (weights.length + biases.length), 0);
}

export class EpochStore {
  readonly #repeats: number;
  readonly #most: number;
  /** By epoch, from 1: networks by repeat. */
  readonly #networks = new Map<number, Map<number, TrainedNetwork>>();
  #stride = 1;
  #bytes = 0;

  /** @param most bytes of parameters */
  constructor(repeats: number, most = MOST_EPOCH_BYTES) {
    this.#repeats = repeats;
    this.#most = most;
  }

  /** Epochs of which the networks of all repeats are there, ascending. */
  get kept(): number[] {
    const whole = [...this.#networks].filter(([, networks]) => networks.size === this.#repeats);
    return whole.map(([epoch]) => epoch).sort((a, b) => a - b);
  }

  /** By epoch, from 1, and repeat; of some epochs perhaps not all repeats. */
  get all(): ReadonlyMap<number, ReadonlyMap<number, TrainedNetwork>> {
    return this.#networks;
  }

  /** Adds some repeats after an epoch, from 1; those that were there, of a device that was lost, are replaced. */
  add(epoch: number, networks: readonly TrainedNetwork[]): void {
    this.#drop((other) => other < epoch && other % this.#stride !== 0);
    const own = this.#networks.get(epoch) ?? new Map<number, TrainedNetwork>();
    this.#networks.set(epoch, own);
    for (const network of networks) {
      const before = own.get(network.repeat);
      this.#bytes += bytesOf(network) - (before === undefined ? 0 : bytesOf(before));
      own.set(network.repeat, network);
    }
    while (this.#bytes > this.#most && this.#networks.size > 1) {
      this.#stride *= 2;
      this.#drop((other) => other !== epoch && other % this.#stride !== 0);
    }
  }

  #drop(condition: (epoch: number) => boolean): void {
    for (const [epoch, networks] of this.#networks) {
      if (!condition(epoch)) continue;
      for (const network of networks.values()) this.#bytes -= bytesOf(network);
      this.#networks.delete(epoch);
    }
  }

  /** [repeats], in their order. @throws RangeError where the epoch is not kept */
  networks(epoch: number): TrainedNetwork[] {
    const own = this.#networks.get(epoch);
    if (own?.size !== this.#repeats) throw new RangeError(`epoch ${epoch} is not kept`);
    return [...own.values()].sort((a, b) => a.repeat - b.repeat);
  }
}
