/** The device, its limits, and the errors it reported: kept, and thrown at the next wait (see `check`). */
import { RunError } from "../core/errors.ts";
import type { AdapterFacts } from "../core/study.ts";
import type { Profiler } from "./profiler.ts";

export interface GpuContext {
  readonly device: GPUDevice;
  readonly facts: AdapterFacts;
  /** Lanes of a subgroup where that is one number and kernels have a variant for it; else 0. */
  readonly subgroupLanes: 0 | 4 | 8;
  /** Told of every submit, buffer and piece of host work, where someone wants to know. */
  readonly profiler?: Profiler;
  /** Throws the first error that the device reported, or that it was lost. Called after every wait. */
  check(): void;
  /** Resolves when all submitted work is done; throws what went wrong meanwhile. */
  finished(): Promise<void>;
  /** Destroys the device with everything on it. */
  [Symbol.dispose](): void;
}

/** Limits we raise above WebGPU's defaults where the adapter offers more; the plans read what was granted. */
const raisedLimits = ["maxBufferSize", "maxStorageBufferBindingSize"] as const;

export interface DeviceOptions {
  /** Keep WebGPU's default limits, as a browser on a small GPU has them. */
  readonly defaultLimits?: boolean;
  /** Use kernels that exchange data within a subgroup, where the adapter has them. Default true. */
  readonly subgroups?: boolean;
  /** Attached to the device, with timestamp queries where the adapter has them. */
  readonly profiler?: Profiler;
}

/** 4 on SwiftShader, 8 on lavapipe; 0 on GPUs, whose subgroups are larger or of no fixed size. */
function subgroupLanesOf({ features, info }: GPUAdapter): 0 | 4 | 8 {
  const size = features.has("subgroups") && info.subgroupMinSize === info.subgroupMaxSize ? info.subgroupMinSize : 0;
  return size === 4 || size === 8 ? size : 0;
}

/**
 * Requests a device by name for what is in use. An adapter can be used once.
 * @throws RunError where the adapter gives no device.
 */
export async function createContext(
  adapter: GPUAdapter,
  facts: AdapterFacts,
  { defaultLimits = false, subgroups = true, profiler }: DeviceOptions = {},
): Promise<GpuContext> {
  const requiredLimits = defaultLimits
    ? {}
    : Object.fromEntries(raisedLimits.map((name) => [name, adapter.limits[name]]));
  const subgroupLanes = subgroups ? subgroupLanesOf(adapter) : 0;
  const requiredFeatures: GPUFeatureName[] = subgroupLanes > 0 ? ["subgroups"] : [];
  if (profiler !== undefined && adapter.features.has("timestamp-query")) requiredFeatures.push("timestamp-query");
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ label: "gpu-importance", requiredLimits, requiredFeatures });
  } catch (cause) {
    throw new RunError(
      {
        what: "the adapter gives no device",
        where: facts.description,
        fix: "gpu-importance doctor; or another --adapter",
      },
      { cause },
    );
  }
  await profiler?.attach(device);
  return { ...watch(device, facts, subgroupLanes), ...(profiler && { profiler }) };
}

function watch(device: GPUDevice, facts: AdapterFacts, subgroupLanes: 0 | 4 | 8): GpuContext {
  let failure: RunError | undefined;
  let disposed = false;
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault(); // Dawn would print it on stdout and carry on
    failure ??= deviceFailure((event as GPUUncapturedErrorEvent).error, facts);
  });
  device.lost.then((info) => {
    if (!disposed) failure ??= lostDevice(info.message || info.reason, facts);
  });
  const check = (): void => {
    if (failure) throw failure;
  };
  return {
    device,
    facts,
    subgroupLanes,
    check,
    async finished() {
      await device.queue.onSubmittedWorkDone();
      check();
    },
    [Symbol.dispose]() {
      disposed = true;
      device.destroy();
    },
  };
}

function deviceFailure(error: GPUError, facts: AdapterFacts): RunError {
  const memory = error.constructor.name === "GPUOutOfMemoryError";
  return new RunError({
    what: memory ? "the adapter is out of memory" : "the device reported an error",
    where: facts.description,
    found: error.message.trim(),
    fix: memory ? "fewer --repeats at a time, or smaller --hidden" : "please report this: it is a fault of the program",
  });
}

function lostDevice(message: string, facts: AdapterFacts): RunError {
  return new RunError({
    what: "the device was lost",
    where: facts.description,
    expected: "the adapter to stay until the run ends",
    found: message,
    fix: "run again; if it recurs, try another --adapter or fewer --repeats (gpu-importance doctor lists adapters)",
  });
}
