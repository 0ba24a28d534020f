/** A device that a test may spoil, beside the one of its file. */
import { createContext, type DeviceOptions, type GpuContext } from "../../src/gpu/device/context.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { testAdapterName } from "./gpu.ts";

/** The caller disposes of it. */
export async function ownGpu(options: DeviceOptions = { defaultLimits: true }): Promise<GpuContext> {
  const { adapter, facts } = await openAdapter({ name: testAdapterName });
  return createContext(adapter, facts, options);
}
