/**
 * What tells a study from another: the same command goes on with one that is not finished, and another one is told what is
 * different before it computes.
 */
import { describeAdapter } from "../core/adapter-text.ts";
import { sha256 } from "../core/sha256.ts";
import type { Provenance } from "../core/study.ts";
import { tilesText } from "../core/tiles.ts";
import { encodePlain } from "../formats/plain-bytes.ts";
import type { StudyRecord } from "./study-record.ts";

/** By names that people know: options of the configuration, and what else decides bits. */
export type StudyIdentity = Readonly<Record<string, unknown>>;

/** Fields that only say which of two machines computed. */
export const ADAPTER_FIELDS: readonly string[] = ["adapter", "tiles"];

/** What tells studies apart: the record of a study has it, and so have its results. */
export interface Identified extends Pick<StudyRecord, "config" | "networks"> {
  readonly origin: Pick<Provenance, "package" | "dawn" | "adapter" | "tiles"> & {
    readonly dataset: { readonly sha256: string };
  };
}

/** Networks that a study was given are told by what they hold. */
export async function identityOf({ config, origin, networks: names }: Identified): Promise<StudyIdentity> {
  const networks = names === undefined ? {} : { networks: await sha256(encodePlain(names)) };
  return {
    ...config,
    ...networks,
    version: origin.package,
    dawn: origin.dawn,
    adapter: describeAdapter(origin.adapter),
    ...(origin.tiles && { tiles: tilesText(origin.tiles) }),
    dataset: origin.dataset.sha256,
  };
}

interface Difference {
  readonly field: string;
  /** JSON; undefined where there is no such field. */
  readonly there: string | undefined;
  readonly here: string | undefined;
}

/** Fields that are not the same, in the order of what is asked for. */
export function differences(there: StudyIdentity, here: StudyIdentity): Difference[] {
  const fields = [...new Set([...Object.keys(here), ...Object.keys(there)])];
  const text = (identity: StudyIdentity, field: string) =>
    identity[field] === undefined ? undefined : JSON.stringify(identity[field]);
  return fields
    .map((field) => ({ field, there: text(there, field), here: text(here, field) }))
    .filter((one) => one.there !== one.here);
}

/** So many fields that are different are named one by one. */
const MOST_NAMED = 5;

/** `seed 3 (there 0), epochs 7 (there 6)`. @param found one or more */
export function differencesText(found: readonly Difference[]): string {
  const named = found
    .slice(0, MOST_NAMED)
    .map((one) => `${one.field} ${one.here ?? "not given"} (there ${one.there ?? "not given"})`);
  return named.join(", ") + (found.length > MOST_NAMED ? `, ... (${found.length} in all)` : "");
}
