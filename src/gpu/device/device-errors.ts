/** What a device reports while it computes, as errors that say whether another attempt can help. */
import { type Fault, RunError } from "../../core/errors.ts";
import type { AdapterFacts } from "../../core/study.ts";

/** The device reported a failure, or is gone; not a fault of the data or of the configuration. */
export class DeviceError extends RunError {}

/** Memory ran out: smaller pieces can help. */
export class OutOfMemoryError extends DeviceError {
  constructor(message: string, { description }: AdapterFacts) {
    super({
      what: "the adapter is out of memory",
      where: description,
      found: message,
      fix: "fewer --repeats at a time, or smaller --hidden",
    });
  }
}

/** The device is gone: a new one, and shorter pieces, can help. */
export class DeviceLostError extends DeviceError {
  constructor(message: string, { description }: AdapterFacts) {
    super({
      what: "the device was lost",
      where: description,
      expected: "the adapter to stay until the run ends",
      found: message.trim(),
      fix: "run again; if it recurs, another --adapter (gpu-importance doctor lists them)",
    });
  }
}

/** The error for what `uncapturederror` brought. */
export function deviceError(error: GPUError, facts: AdapterFacts): DeviceError {
  const found = error.message.trim();
  if (error.constructor.name === "GPUOutOfMemoryError") return new OutOfMemoryError(found, facts);
  const fault: Fault = { what: "the device reported an error", where: facts.description, found };
  return new DeviceError({ ...fault, fix: "please report this: it is a fault of the program" });
}
