/** What a process keeps of devices that it has disposed of. scripts/check-devices.ts does the same two hundred times. */
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { createContext } from "../../src/gpu/device/context.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { selfTest } from "../../src/tuning/self-test.ts";
import { testAdapterName } from "../support/gpu.ts";

const threads = () => readdirSync("/proc/self/task").length;

async function computeOnce(): Promise<void> {
  const { adapter, facts } = await openAdapter({ name: testAdapterName });
  using gpu = await createContext(adapter, facts);
  const { product } = await selfTest(gpu, () => performance.now());
  expect(product.passed).toBe(true);
}

test.skipIf(process.platform !== "linux")("a device that computed and was disposed of leaves no thread", async () => {
  await computeOnce(); // What drivers and Node start once for all devices.
  const before = threads();
  for (let device = 0; device < 5; device++) await computeOnce();
  // Node may end threads of its own meanwhile.
  expect(threads()).toBeLessThanOrEqual(before);
});
