/** Errors as the page shows them: what is said for the command line's user, in words for a visitor. */
import { type Fault, RunError, UsageError } from "../../src/core/errors.ts";
import { DeviceError, DeviceLostError, OutOfMemoryError } from "../../src/gpu/device-errors.ts";

export interface PageFault {
  readonly unexpected: boolean;
  readonly fault: Fault;
}

const LESS = "fewer repeats, narrower layers or smaller batches";

/** The device's own error where `Devices` has wrapped it to say what was being done. */
function deviceErrorBehind(error: unknown): DeviceError | undefined {
  if (error instanceof DeviceError) return error;
  return error instanceof Error ? deviceErrorBehind(error.cause) : undefined;
}

function fixFor(error: RunError | UsageError): string | undefined {
  const behind = deviceErrorBehind(error);
  if (behind instanceof OutOfMemoryError) return LESS;
  if (behind instanceof DeviceLostError) return `reload the page; if it recurs, ${LESS}`;
  // `--learning-rate` is a field of the page here.
  return error.fault.fix?.replaceAll(/--([a-z0-9]+)(?:-([a-z]+))?/g, (_, first, second) =>
    second === undefined ? first : `${first} ${second}`,
  );
}

export function pageFault(error: unknown): PageFault {
  if (error instanceof RunError || error instanceof UsageError) {
    const fix = fixFor(error);
    return { unexpected: false, fault: { ...error.fault, ...(fix !== undefined && { fix }) } };
  }
  const found = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const fix = "reload the page, and please report what you did before";
  return { unexpected: true, fault: { what: "the page came to an error of its own", found, fix } };
}
