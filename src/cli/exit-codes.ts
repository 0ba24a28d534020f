/**
 * What the end of a command tells shells and schedulers: 0 good, 1 failed, 2 wrong usage, which no second try mends, and 75
 * (EX_TEMPFAIL of sysexits.h) where the same command can succeed later or elsewhere.
 */
import { CommanderError } from "commander";
import { UsageError } from "../core/errors.ts";
import { DeviceLostError } from "../gpu/device/device-errors.ts";
import { systemErrorCode } from "../platform/node/write-fault.ts";

const FAILED = 1;
const WRONG_USAGE = 2;
const TEMPORARY = 75;

const isDiskFull = (error: unknown) => ["ENOSPC", "EDQUOT"].includes(systemErrorCode(error) ?? "");

/** Whether a lost device or a full disk is behind an error. */
export function isTemporary(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DeviceLostError || isDiskFull(cause)) return true;
  }
  return false;
}

/** @param error what ended a command */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  if (error instanceof UsageError) return WRONG_USAGE;
  return isTemporary(error) ? TEMPORARY : FAILED;
}
