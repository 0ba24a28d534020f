/** Accuracy and loss of intact networks on a split. */
import type { GpuContext } from "./context.ts";
import type { DeviceNetworks } from "./device-networks.ts";
import type { DeviceSplit } from "./device-split.ts";
import { createForwardPass, forwardOperations } from "./forward-pass.ts";
import { Pacer } from "./pacing.ts";
import { createTallier, type Tally } from "./tally.ts";

/**
 * @param rows samples of a chunk, a multiple of BLOCK; by default as many as fit. It never changes a result.
 * @returns per network: exact number of correct predictions, and mean cross-entropy in nats.
 */
export async function evaluate(
  gpu: GpuContext,
  networks: DeviceNetworks,
  split: DeviceSplit,
  rows?: number,
): Promise<Tally> {
  using forward = await createForwardPass(gpu, networks, split, rows);
  const parts = forward.chunks.map((chunk) => ({ ...chunk, firstJob: 0, slabs: networks.count }));
  using tallier = await createTallier(gpu, forward.outputs.at(-1)!, split, networks.count, parts);
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
  return await tallier.total(); // before the arrays are released
}
