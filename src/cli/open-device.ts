/** Opens the device that a command computes on, and another of the same kind should it be lost. */
import type { AdapterFacts } from "../core/study.ts";
import { ASSUMED_MEMORY_BYTES, createContext, type GpuContext } from "../gpu/context.ts";
import { Devices, SHARE_AFTER_LOSS } from "../gpu/devices.ts";
import { describeAdapter, openAdapter } from "../platform/node/adapters.ts";
import { machineMemoryBytes } from "../platform/node/memory.ts";
import type { ProgressDisplay } from "./progress-display.ts";
import { wrapped } from "./wrapped-text.ts";

export interface DeviceChoice {
  /** Part of the adapter's name. */
  readonly adapter?: string;
  /** Megabytes (10^6 bytes). */
  readonly memory?: number;
}

/** Half of what the device has: a software adapter, the machine's memory; a GPU does not tell, so a modest one's. */
export function deviceMemoryBytes(
  { software }: Pick<AdapterFacts, "software">,
  megabytes: number | undefined,
  machineBytes = machineMemoryBytes(),
): number {
  if (megabytes !== undefined) return megabytes * 1e6;
  return software ? machineBytes / 2 : Math.min(machineBytes / 2, ASSUMED_MEMORY_BYTES);
}

async function openOne({ adapter: name, memory }: DeviceChoice, share: number, display?: ProgressDisplay) {
  const { adapter, facts, reason } = await openAdapter({ name });
  for (const line of wrapped("adapter: ", describeAdapter(facts))) display?.line(line);
  for (const line of wrapped("         ", reason)) display?.line(line);
  return createContext(adapter, facts, { memoryBytes: deviceMemoryBytes(facts, memory), share });
}

/**
 * Opens the adapter of that name, or the best.
 * @throws RunError where there is none.
 */
export async function openDevices(choice: DeviceChoice, display: ProgressDisplay): Promise<Devices> {
  return new Devices(await openOne(choice, 1, display), async ({ fault }): Promise<GpuContext> => {
    display.stop(); // The stage is not over.
    const text = `${fault.what} (${fault.found}); once more on a new device, with half the memory and shorter submits`;
    for (const line of wrapped("note:    ", `${fault.where}: ${text}`)) display.line(line);
    return openOne(choice, SHARE_AFTER_LOSS);
  });
}
