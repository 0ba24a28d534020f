/** Opens the device that is computed on, and another of the same kind should it be lost. */

import { describeAdapter } from "../core/adapter-text.ts";
import type { AdapterFacts } from "../core/study.ts";
import { ASSUMED_MEMORY_BYTES, createContext, type GpuContext, withTiles } from "../gpu/device/context.ts";
import { Devices, SHARE_AFTER_LOSS } from "../gpu/device/devices.ts";
import type { SubmitListener } from "../gpu/device/recorder.ts";
import { openAdapter } from "../platform/node/adapters.ts";
import { machineMemoryBytes } from "../platform/node/memory.ts";
import { chooseTiles, describeTiles, type TileOption } from "./tile-choice.ts";

export interface DeviceChoice {
  /** Part of the adapter's name. */
  readonly adapter?: string;
  /** Megabytes (10^6 bytes). */
  readonly memory?: number;
  /** Forms of the products' kernels. */
  readonly tiles?: TileOption;
  /** Show warnings of drivers. */
  readonly verbose?: boolean;
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

/** Who is told of the device. */
interface DeviceDisplay {
  line(text: string): void;
  /** Leaves the current stage as it is, so that a line can follow. */
  stop(): void;
}

interface Watchers {
  readonly display?: DeviceDisplay;
  readonly profiler?: SubmitListener;
}

async function openOne({ adapter: name, memory, verbose }: DeviceChoice, share: number, more: Watchers = {}) {
  const { display, profiler } = more;
  const { adapter, facts, reason } = await openAdapter({ name, driverWarnings: verbose });
  display?.line(`adapter: ${describeAdapter(facts)}`);
  display?.line(`         ${reason}`);
  const memoryBytes = deviceMemoryBytes(facts, memory);
  return createContext(adapter, facts, { memoryBytes, share, ...(profiler && { profiler }) });
}

/**
 * Opens the adapter of that name, or the best, with the kernels that suit it.
 * @throws RunError where there is none.
 */
export async function openDevices(
  choice: DeviceChoice,
  display: DeviceDisplay,
  profiling?: Pick<Watchers, "profiler">,
): Promise<Devices> {
  const tiles = await chooseTiles(await openOne(choice, 1, { display, ...profiling }), choice.tiles);
  for (const note of tiles.notes) display.line(note);
  display.line(`kernels: ${describeTiles(tiles)}`);
  return new Devices(tiles.gpu, async ({ fault }): Promise<GpuContext> => {
    display.stop(); // The stage is not over.
    const text = `${fault.what} (${fault.found}); once more on a new device, with half the memory and shorter submits`;
    display.line(`note:    ${fault.where}: ${text}`);
    // The same kernels, so that no bit changes. A profile ends with the device that it began with.
    return withTiles(await openOne(choice, SHARE_AFTER_LOSS), tiles.gpu.tiles);
  });
}
