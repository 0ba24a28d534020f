/** Errors as the page shows them: what is said for the command line's user, in words for a visitor. */
import { type Fault, RunError, UsageError } from "../../src/core/errors.ts";
import { DeviceError, DeviceLostError, OutOfMemoryError } from "../../src/gpu/device/device-errors.ts";
import type { ReadingOption } from "./protocol.ts";
import { inPageWords, readingOptionsIn } from "./reading-names.ts";

interface PageFault {
  readonly unexpected: boolean;
  readonly fault: Fault;
  /** Options of reading that the page has a field for, and that the advice names. */
  readonly asks: readonly ReadingOption[];
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
  return error.fault.fix && inPageWords(error.fault.fix);
}

export function pageFault(error: unknown): PageFault {
  if (error instanceof RunError || error instanceof UsageError) {
    const fix = fixFor(error);
    const { what, ...more } = error.fault;
    const fault = { ...more, what: inPageWords(what), ...(fix !== undefined && { fix }) };
    return { unexpected: false, fault, asks: readingOptionsIn(error.fault.fix ?? "") };
  }
  const found = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const fix = "reload the page, and please report what you did before";
  return { unexpected: true, fault: { what: "an error of the page itself", found, fix }, asks: [] };
}
