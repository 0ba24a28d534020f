/** One device for a test file. Without an adapter this throws, so GPU tests fail: green means what it says. */
import { afterAll, afterEach } from "vitest";
import { createContext, type DeviceOptions, type GpuContext } from "../../src/gpu/device/context.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";

/** The adapter that tests run on; the embedded SwiftShader is named so that CI and a laptop compute the same. */
export const testAdapterName = process.env["GPU_IMPORTANCE_TEST_ADAPTER"] || undefined;

/** Opens a device with WebGPU's default limits, and fails a test after which the device has reported an error. */
export async function testGpu(options: DeviceOptions = { defaultLimits: true }): Promise<GpuContext> {
  const { adapter, facts } = await openAdapter({ name: testAdapterName });
  const gpu = await createContext(adapter, facts, options);
  afterEach(async () => gpu.finished());
  afterAll(() => gpu[Symbol.dispose]());
  return gpu;
}
