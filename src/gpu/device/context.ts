/** The device, its limits, and the errors it reported: kept, and thrown at the next wait (see `check`). */
import { RunError, UsageError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown-value.ts";
import type { AdapterFacts } from "../../core/study.ts";
import { everyProduct, type TileForm, type TileForms } from "../../core/tiles.ts";
import { DeviceLostError, deviceError } from "./device-errors.ts";
import type { SubmitListener } from "./recorder.ts";
import { Pace } from "./submit-pace.ts";

/** Undefined where work may go on; else resolves when it is to be asked again. Throws where the work is to end. */
export type Gate = () => Promise<void> | undefined;

export interface GpuContext {
  readonly device: GPUDevice;
  readonly facts: AdapterFacts;
  /** Lanes of a subgroup where that is one number and kernels have a variant for it; else 0. */
  readonly subgroupLanes: 0 | 4 | 8;
  /** The form of each product's kernel. */
  readonly tiles: TileForms;
  /** Bytes that all arrays which are alive at the same time may take. */
  readonly memoryBytes: number;
  /** Whether kernels are compiled on another thread. @internal */
  readonly compilesAside: boolean;
  /** How much work a submit may hold; learnt while running. @internal */
  readonly pace: Pace;
  /** Resolves when the device is lost, unless it is disposed. @internal */
  readonly loss: Promise<DeviceLostError>;
  /** Told of every submit, buffer and piece of host work, where someone wants to know. @internal */
  readonly profiler?: SubmitListener;
  /** Asked before every submit of long work, where someone may want it to wait or to end. @internal */
  readonly gate?: Gate;
  /** Throws the first error that the device reported, or that it was lost. Called after every wait. */
  check(): void;
  /** Resolves when all submitted work is done; throws what went wrong meanwhile. */
  finished(): Promise<void>;
  /**
   * Waits for all submitted work and forgets what it reported, so that it counts against no later work. Throws where the
   * device is lost or disposed of: that stays. @internal
   */
  settled(): Promise<void>;
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
  /** Memory to plan with. Default: what a GPU that is not asked for more will have. */
  readonly memoryBytes?: number;
  /** Share of the memory and of the length of a submit to make use of; less than 1 after a device was lost. */
  readonly share?: number;
  /** Form of all products, or of each. Default: `usualTiles`; what suits a GPU better `calibrate` finds out. */
  readonly tiles?: TileForm | TileForms;
  /** Attached to the device, with timestamp queries where the adapter has them. */
  readonly profiler?: SubmitListener;
  readonly gate?: Gate;
  /**
   * Compile kernels on another thread, so that whoever asked can do something else meanwhile, as a page must. Not the
   * default: Dawn in Node keeps a thread for each device that has compiled so until the process ends.
   */
  readonly compilesAside?: boolean;
}

/** WebGPU does not tell how much memory a device has; this much is there on whatever can train networks. */
export const ASSUMED_MEMORY_BYTES = 4 * 2 ** 30;

/** 4 on SwiftShader, 8 on lavapipe; 0 on GPUs, whose subgroups are larger or of no fixed size. */
function subgroupLanesOf({ features, info }: GPUAdapter): 0 | 4 | 8 {
  const size = features.has("subgroups") && info.subgroupMinSize === info.subgroupMaxSize ? info.subgroupMinSize : 0;
  return size === 4 || size === 8 ? size : 0;
}

/** The forms that can run on a device: workgroup memory of 16 KiB is WebGPU's default. */
export function availableForms({ subgroupLanes }: Pick<GpuContext, "subgroupLanes">): readonly TileForm[] {
  return subgroupLanes > 0 ? ["plain", "subgroup", "shared"] : ["plain", "shared"];
}

/**
 * What an adapter takes unless it is told otherwise; the same at every start. Measured on an idle machine, plain tiles take
 * 2.0 to 2.4 times as long as those of subgroups on lavapipe (8 lanes), and 2.0, 1.0 and 2.2 times as long on SwiftShader
 * (4 lanes; `hidden_delta` is the 1.0). Barriers are very slow on both; GPUs gain from workgroup memory.
 */
function usualTiles(subgroupLanes: 0 | 4 | 8, { software }: AdapterFacts): TileForms {
  if (subgroupLanes > 0) return everyProduct("subgroup");
  return everyProduct(software ? "plain" : "shared");
}

/** The same device, with other forms of the products' kernels. */
export function withTiles(gpu: GpuContext, tiles: TileForms): GpuContext {
  return { ...gpu, tiles };
}

/**
 * Requests a device by name for what is in use. An adapter can be used once.
 * @throws RunError where the adapter gives no device.
 */
export async function createContext(
  adapter: GPUAdapter,
  facts: AdapterFacts,
  {
    defaultLimits = false,
    subgroups = true,
    memoryBytes = ASSUMED_MEMORY_BYTES,
    share = 1,
    tiles,
    profiler,
    gate,
    compilesAside = false,
  }: DeviceOptions = {},
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
  const forms = typeof tiles === "string" ? everyProduct(tiles) : tiles;
  const pace = new Pace(facts.software, share);
  await profiler?.attach(device);
  return {
    ...watch(device, facts),
    facts,
    subgroupLanes,
    memoryBytes: memoryBytes * share,
    pace,
    compilesAside,
    tiles: forms ?? usualTiles(subgroupLanes, facts),
    ...(profiler && { profiler }),
    ...(gate && { gate }),
  };
}

/** Devices of contexts that were made here. */
const watched = new WeakSet<GPUDevice>();

/** Whether a value from elsewhere is a context that was made here. */
function isContext(value: unknown): value is GpuContext {
  const device = typeof value === "object" && value !== null && "device" in value ? value.device : undefined;
  return typeof device === "object" && device !== null && watched.has(device as GPUDevice);
}

/** @throws UsageError where the value is not a device that was opened here. */
export function requireDevice(value: unknown, where: string): GpuContext {
  if (isContext(value)) return value;
  const found = shownValue(value);
  const fix = "pass what openDevice() gives, once it is awaited";
  throw new UsageError({ what: "gpu is invalid", where, expected: "an open device", found, fix });
}

function disposedError({ description }: AdapterFacts): UsageError {
  const fault = { what: "the device has been disposed of", where: description, expected: "a device that is in use" };
  return new UsageError({ ...fault, found: "one that was given back", fix: "open another, or dispose of it later" });
}

/**
 * Keeps the first error that the device reports; a loss says more than the errors that announce it. Errors pass with the
 * work that they are of (`settled`), a loss does not.
 */
function watch(device: GPUDevice, facts: AdapterFacts) {
  let reported: RunError | undefined;
  let lost: DeviceLostError | undefined;
  let disposed = false;
  watched.add(device);
  const keep = (event: Event): void => {
    event.preventDefault(); // Dawn would print it on stdout and carry on
    reported ??= deviceError((event as GPUUncapturedErrorEvent).error, facts);
  };
  device.addEventListener("uncapturederror", keep);
  const loss = new Promise<DeviceLostError>((resolve) => {
    device.lost.then((info) => {
      if (disposed) return;
      lost = new DeviceLostError(info.message || info.reason, facts);
      resolve(lost);
    });
  });
  const check = (): void => {
    const failure = lost ?? reported;
    if (failure) throw failure;
  };
  return {
    device,
    loss,
    check,
    async finished() {
      await device.queue.onSubmittedWorkDone();
      check();
    },
    async settled() {
      await device.queue.onSubmittedWorkDone(); // errors are told before it resolves
      if (disposed) throw disposedError(facts);
      reported = undefined;
      check();
    },
    [Symbol.dispose]() {
      disposed = true;
      device.removeEventListener("uncapturederror", keep);
      device.destroy();
    },
  };
}
