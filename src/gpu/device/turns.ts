/**
 * One piece of work on a device after the other, for programs that do not wait: errors then belong to the work that made
 * them, and what is planned to fill the memory fills it once.
 */
import { RunError, UsageError } from "../../core/errors.ts";
import type { GpuContext } from "./context.ts";
import { DeviceError, DeviceLostError, OutOfMemoryError } from "./device-errors.ts";
import { reasonOf } from "./devices.ts";

const latest = new WeakMap<GPUDevice, Promise<unknown>>();

/**
 * Runs the work when all that was asked of the device before is over, however it ended.
 * @throws what the work throws, or what the device reported of it; UsageError where the device was disposed of.
 */
export function inTurn<T>(gpu: GpuContext, work: () => Promise<T>): Promise<T> {
  const before = latest.get(gpu.device) ?? Promise.resolve();
  const mine = before.then(
    () => alone(gpu, work),
    () => alone(gpu, work), // its own caller was told
  );
  latest.set(gpu.device, mine);
  return mine;
}

async function alone<T>(gpu: GpuContext, work: () => Promise<T>): Promise<T> {
  try {
    await gpu.settled();
    const result = await work();
    await gpu.finished();
    return result;
  } catch (error) {
    if (isOfCaller(error)) throw error;
    const reason = await reasonOf(gpu, error);
    const end = await gpu.settled().catch((ended: unknown) => ended);
    throw inWordsOfPrograms(behind(reason) ? reason : (end ?? reason), gpu);
  }
}

/** A request, or data, that this device and any other refuses. */
function isOfCaller(error: unknown): boolean {
  return error instanceof UsageError || (error instanceof RunError && behind(error) === undefined);
}

/** The device's own error where another one has wrapped it to say what was being done. */
function behind(error: unknown): DeviceError | undefined {
  if (error instanceof DeviceError) return error;
  return error instanceof Error ? behind(error.cause) : undefined;
}

/** Programs have no `--memory`; a device that is lost stays lost for them. */
function inWordsOfPrograms(error: unknown, { memoryBytes }: GpuContext): unknown {
  const device = behind(error);
  if (!(error instanceof RunError) || device === undefined) return error;
  const less = `openDevice({ memoryBytes: ${Math.round(memoryBytes / 2)} })`;
  if (device instanceof DeviceLostError) {
    const fix = `dispose of the device, open another with ${less}, half of the memory, and call again`;
    return new RunError({ ...error.fault, fix }, { cause: error });
  }
  if (!(device instanceof OutOfMemoryError)) return error;
  return new RunError(
    { ...error.fault, fix: `plan with less: ${less}; or fewer networks at a time` },
    { cause: error },
  );
}
