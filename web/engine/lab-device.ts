/** The lab's device, which outlives many pieces of work, and is replaced as often as it is lost. */
import { type Fault, RunError } from "../../src/core/errors.ts";
import { createContext, type Gate, type GpuContext, withTiles } from "../../src/gpu/device/context.ts";
import { Devices, SHARE_AFTER_LOSS } from "../../src/gpu/device/devices.ts";
import { type BrowserScope, type NoAdapter, openBrowserAdapter } from "../../src/platform/browser/adapter.ts";
import type { AdapterState } from "./protocol.ts";

export const adapterState = ({ facts }: GpuContext): AdapterState => ({
  state: facts.software ? "software" : "hardware",
  facts,
});

/** A software adapter's memory is the machine's, of which a page should not take much. */
const SOFTWARE_MEMORY_BYTES = 2 ** 30;

interface DeviceWatcher {
  onLost(fault: Fault): void;
  onRecovered(gpu: GpuContext): void;
  /** No other device is to be had. */
  onGone(error: unknown): void;
}

async function openContext(scope: BrowserScope, gate: Gate, share: number): Promise<GpuContext | NoAdapter> {
  const opened = await openBrowserAdapter(scope);
  if ("fault" in opened) return opened;
  const memory = opened.facts.software ? { memoryBytes: SOFTWARE_MEMORY_BYTES } : {};
  return createContext(opened.adapter, opened.facts, { gate, share, compilesAside: true, ...memory });
}

export class LabDevice {
  readonly #scope: BrowserScope;
  readonly #gate: Gate;
  readonly #watcher: DeviceWatcher;
  #current: GpuContext;
  #replacement: { readonly of: GpuContext; readonly by: Promise<GpuContext> } | undefined;

  private constructor(scope: BrowserScope, gate: Gate, watcher: DeviceWatcher, first: GpuContext) {
    this.#scope = scope;
    this.#gate = gate;
    this.#watcher = watcher;
    this.#current = first;
    this.#watch(first);
  }

  static async open(scope: BrowserScope, gate: Gate, watcher: DeviceWatcher): Promise<LabDevice | NoAdapter> {
    const first = await openContext(scope, gate, 1);
    return "fault" in first ? first : new LabDevice(scope, gate, watcher, first);
  }

  get current(): GpuContext {
    return this.#current;
  }

  /** For one piece of work, which is done again where the device is lost meanwhile. */
  get devices(): Devices {
    const used = this.#current;
    return new Devices(used, () => this.#replace(used));
  }

  #watch(gpu: GpuContext): void {
    // Also where nothing runs: whatever comes next finds a device that works.
    gpu.loss.then(async (loss) => {
      this.#watcher.onLost(loss.fault);
      await this.#replace(gpu).catch((error: unknown) => this.#watcher.onGone(error));
    });
  }

  /** The device after `lost`: one, however many pieces of work ran on that. */
  #replace(lost: GpuContext): Promise<GpuContext> {
    if (this.#current !== lost) return Promise.resolve(this.#current);
    if (this.#replacement?.of !== lost) this.#replacement = { of: lost, by: this.#reopen(lost) };
    return this.#replacement.by;
  }

  async #reopen(lost: GpuContext): Promise<GpuContext> {
    const opened = await openContext(this.#scope, this.#gate, SHARE_AFTER_LOSS);
    if ("fault" in opened) throw new RunError(opened.fault);
    const gpu = withTiles(opened, lost.tiles); // the same kernels, so that no bit changes
    this.#current = gpu;
    this.#watch(gpu);
    this.#watcher.onRecovered(gpu);
    return gpu;
  }
}
