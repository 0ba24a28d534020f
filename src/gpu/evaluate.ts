/** Accuracy and loss of intact networks on a split. */
import type { GpuContext } from "./context.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { DevicePages, DeviceSplit } from "./device-split.ts";
import { createForwardPass, forwardOperations } from "./forward-pass.ts";
import { Pacer } from "./pacing.ts";
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

/**
 * @param rows samples of a chunk, a multiple of BLOCK; by default as many as fit. It never changes a result, nor do pages.
 * @throws RunError with what the device reported.
 */
export async function evaluate(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DevicePages,
  rows?: number,
): Promise<Evaluation> {
  const correct = new Uint32Array(networks.count);
  const correctPerClass = new Uint32Array(networks.count * split.classes);
  let lossSum: Float64Array | undefined;
  await split.eachPage(async (page) => {
    const tally = await tallyPage(gpu, networks, page, rows, lossSum);
    addTo(correct, tally.correct);
    addTo(correctPerClass, rightPerClass(tally.right, page.host, split.classes));
    lossSum = tally.lossSum;
  });
  return { correct, correctPerClass, loss: lossSum!.map((sum) => sum / split.count) };
}

async function tallyPage(
  gpu: GpuContext,
  networks: DeviceNetworks,
  page: DeviceSplit,
  rows: number | undefined,
  lossesBefore: Float64Array | undefined,
) {
  using forward = await createForwardPass(gpu, networks, page, rows);
  const parts = forward.chunks.map((chunk) => ({ ...chunk, firstJob: 0, slabs: networks.count }));
  using tallier = await createTallier(gpu, forward.outputs.at(-1)!, page, networks.count, parts);
  await new Pacer(gpu).run({
    label: "evaluate",
    units: forward.chunks.length,
    unitOperations: networks.count * forward.rows * forwardOperations(networks.widths),
    encode(to, first, end) {
      for (let chunk = first; chunk < end; chunk++) {
        forward.encode(to, chunk);
        tallier.encode(to, chunk);
      }
    },
  });
  return await tallier.total(lossesBefore); // before the arrays are released
}
