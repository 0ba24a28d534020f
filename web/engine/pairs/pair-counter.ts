/** Counts of all pairs of bits of the networks on show, for looking at pairs: on the device, each network's once. */

import type { Dataset } from "../../../src/core/dataset.ts";
import { RunError, UsageError } from "../../../src/core/errors.ts";
import { classesOf, hiddenUnits } from "../../../src/core/layers/network-shape.ts";
import { networkShape, type TrainedNetwork } from "../../../src/core/network.ts";
import { type PairCounts, type PairScope, pairsIn } from "../../../src/core/pairs.ts";
import type { GpuContext } from "../../../src/gpu/device/context.ts";
import type { Devices } from "../../../src/gpu/device/devices.ts";
import { uploadNetworks } from "../../../src/passes/device-networks.ts";
import { splitOnDevice } from "../../../src/passes/device-split.ts";
import { type CountedPairs, countPairs } from "../../../src/passes/evidence/pairs.ts";

/** Of one network, in a page: two layers of 1,000 neurons and ten classes have 84 million. */
const MOST_BYTES = 2 ** 28;

export class PairCounter {
  readonly #dataset: Dataset;
  readonly #networks: readonly TrainedNetwork[];
  readonly #threshold: number | undefined;
  /** Of the repeat that was asked for last: within layers, and across them where a pair was. */
  #counted: { readonly repeat: number; readonly scope: PairScope; readonly pairs: CountedPairs } | undefined;
  #isOver = false;

  /** @param threshold of the bit, where it is not the activation's own */
  constructor(dataset: Dataset, networks: readonly TrainedNetwork[], threshold: number | undefined) {
    this.#dataset = dataset;
    this.#networks = networks;
    this.#threshold = threshold;
  }

  /** Whether another study is on show. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** @throws RunError where they are too many, or with what the device reported, UsageError where there is no such network */
  async count(devices: Devices, repeat: number, scope: PairScope): Promise<CountedPairs> {
    const known = this.#counted;
    if (known?.repeat === repeat && (known.scope === scope || known.scope === "network")) return known.pairs;
    const own = this.#networks.find((network) => network.repeat === repeat);
    if (own === undefined) throw new UsageError({ what: `there is no network of repeat ${repeat}` });
    requireFew(own, scope);
    const pairs = await devices.attempt((context) => ({
      doing: `counting pairs of repeat ${repeat}`,
      plan: "one network",
      run: async () => {
        const gpu = ungated(context);
        using networks = uploadNetworks(gpu, [own.network]);
        using split = splitOnDevice(gpu, this.#dataset, "validation");
        return (await countPairs({ gpu, networks, split }, { scope, threshold: this.#threshold }))[0]!;
      },
    }));
    this.#counted = { repeat, scope, pairs };
    return pairs;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#counted = undefined;
  }
}

/** For a click, while which long work waits at the gate. */
function ungated({ gate: _gate, ...gpu }: GpuContext): GpuContext {
  return gpu;
}

function requireFew({ network }: TrainedNetwork, scope: PairScope): void {
  const shape = networkShape(network);
  const hidden = hiddenUnits(shape);
  const bytes = 4 * pairsIn(hidden, scope) * classesOf(shape);
  if (bytes <= MOST_BYTES) return;
  throw new RunError({
    what: "the pairs of this network are too many to count in a page",
    where: `hidden layers of ${hidden.join(", ")} neurons, ${classesOf(shape)} classes`,
    expected: `at most ${MOST_BYTES} bytes of counts`,
    found: `${bytes} bytes`,
    fix: "gpu-importance run --pairs writes them to a file",
  });
}

/** The counts of two layers, the lower first. @throws UsageError where there are none */
export function layersCounted({ pairs }: CountedPairs, layer: number, otherLayer: number): PairCounts {
  const found = pairs.find((own) => own.layer === layer && own.otherLayer === otherLayer);
  if (found !== undefined) return found;
  throw new UsageError({ what: "there is no such hidden layer", found: `layers ${layer} and ${otherLayer}` });
}
