/** How readers refuse a file: one error with the file, the place in it and the next step. */
import { RunError, UsageError } from "../core/errors.ts";

/** Longest text of a file that is quoted in a message. */
const QUOTED = 80;

/** What to do about tensors in a file of dense layers that are no part of one: running statistics, buffers, counters. */
export const ONLY_DENSE_LAYERS =
  "leave out what is no dense layer's, if outputs do not depend on it; else export the network as ONNX, which says what is " +
  "computed and may hold batch normalisation and constant scaling";

interface Refusal {
  /** Names the place, too: a tensor, a node, an offset. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly fix?: string;
  /** What has to be said on the command line; its lack is wrong usage. */
  readonly option?: string;
}

export type Refuse = (refusal: Refusal, cause?: unknown) => never;

function quoted(text: string): string {
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}...` : text;
}

/** @param usualFix what to do where a refusal does not say. */
export function refuseIn(file: string, usualFix: string): Refuse {
  return ({ what, expected, found, fix = usualFix, option }, cause) => {
    const fault = { what: quoted(what), where: file, expected, found: quoted(found) };
    if (option !== undefined) throw new UsageError({ ...fault, fix: `add ${option}` });
    throw new RunError({ ...fault, fix }, cause === undefined ? undefined : { cause });
  };
}

/** What a library threw, as text for `found`. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
