/** Accuracy and loss of intact networks on a split. */
import type { GpuContext } from "../gpu/device/context.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { DevicePages } from "./device-split.ts";
import { type Collector, ride } from "./evidence/ride.ts";
import { addTo } from "./page-sums.ts";
import { rightPerClass } from "./right-bits.ts";
import { createTallier } from "./tally.ts";

/** How well networks do on a split. */
export interface Evaluation {
  /** [networks]: samples classified correctly. Exact. */
  readonly correct: Uint32Array;
  /** [networks, classes]: of `correct`, by class. Exact. */
  readonly correctPerClass: Uint32Array;
  /** [networks]: mean cross-entropy, nats. */
  readonly loss: Float64Array;
}

interface EvaluationCollector extends Collector {
  evaluation(): Evaluation;
}

/** @param samples of all pages */
export function createEvaluationCollector(
  { count }: DeviceNetworks,
  { classes, count: samples }: Pick<DevicePages, "classes" | "count">,
): EvaluationCollector {
  const correct = new Uint32Array(count);
  const correctPerClass = new Uint32Array(count * classes);
  let lossSum = new Float64Array(count);
  return {
    async board({ gpu, page, forward }, own) {
      const parts = forward.chunks.map((chunk) => ({ ...chunk, firstJob: 0, slabs: count }));
      const tallier = own.use(await createTallier(gpu, forward.outputs.at(-1)!, page, count, parts));
      return {
        encode: (to, chunk) => tallier.encode(to, chunk),
        async collect() {
          const tally = await tallier.total(lossSum);
          addTo(correct, tally.correct);
          addTo(correctPerClass, rightPerClass(tally.right, page.host, classes));
          lossSum = Float64Array.from(tally.lossSum);
        },
      };
    },
    evaluation: () => ({ correct, correctPerClass, loss: lossSum.map((sum) => sum / samples) }),
  };
}

/**
 * A pass of its own.
 * @param rows samples of a chunk, a multiple of BLOCK; by default as many as fit. It never changes a result, nor do pages.
 * @throws RunError with what the device reported.
 */
export async function evaluate(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  rows?: number,
): Promise<Evaluation> {
  const evaluation = createEvaluationCollector(networks, split);
  await ride({ gpu, networks, split, rows }, "evaluate", [evaluation]);
  return evaluation.evaluation();
}
