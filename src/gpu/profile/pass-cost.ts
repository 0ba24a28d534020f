/** What a compute pass with a pair of timestamps costs on a device, encoding included. */
import { MOST_PASSES } from "./pass-plan.ts";
import type { TimestampSlots } from "./timestamp-slots.ts";

const ROUNDS = 3;

/** Milliseconds a pass: MOST_PASSES empty ones against a single one, the median of a few rounds. */
export async function measurePassCost(device: GPUDevice, slots: TimestampSlots): Promise<number> {
  const elapsedMs = async (passes: number): Promise<number> => {
    const slot = slots.take();
    const start = performance.now();
    const encoder = device.createCommandEncoder({ label: "pass cost" });
    for (let index = 0; index < passes; index++) {
      encoder.beginComputePass({ timestampWrites: slot.writes(index) }).end();
    }
    slot.resolve(encoder, passes);
    device.queue.submit([encoder.finish()]);
    await slot.read(passes);
    return performance.now() - start;
  };
  await elapsedMs(1); // the first one compiles how timestamps are resolved
  const costs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const one = await elapsedMs(1);
    costs.push(((await elapsedMs(MOST_PASSES)) - one) / (MOST_PASSES - 1));
  }
  costs.sort((a, b) => a - b);
  return Math.max(costs[Math.floor(ROUNDS / 2)]!, LEAST_MS);
}

/** No pass is free, whatever a disturbed measurement says. */
const LEAST_MS = 1e-4;
