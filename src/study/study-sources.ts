/** Stores with parts of one study: whether they are, and in what they differ where they are not. */
import { UsageError } from "../core/errors.ts";
import type { PartStore } from "../core/part-store.ts";
import { ADAPTER_FIELDS, differences, differencesText, identityOf } from "./identity.ts";
import type { PartOrigin } from "./part-names.ts";
import type { StudyRecord } from "./study-record.ts";

export interface StudySource {
  /** For messages. */
  readonly label: string;
  readonly store: PartStore;
  readonly record: StudyRecord;
}

const advice = (onlyAdapters: boolean) =>
  onlyAdapters
    ? "compute all shards on one kind of adapter and with the same --tiles, or add --mixed-adapters: bits then differ between repeats"
    : "leave out the folders of other studies";

/**
 * @param mixedAdapters whether stores may be of different adapters
 * @throws UsageError that names the first two that differ, and the fields
 */
export async function requireOneStudy(sources: readonly StudySource[], mixedAdapters: boolean): Promise<void> {
  const [first, ...others] = sources;
  const there = await identityOf(first!.record);
  for (const { label, record } of others) {
    const all = differences(there, await identityOf(record));
    const found = all.filter(({ field }) => !mixedAdapters || !ADAPTER_FIELDS.includes(field));
    if (found.length === 0) continue;
    const onlyAdapters = found.every(({ field }) => ADAPTER_FIELDS.includes(field));
    throw new UsageError({
      what: onlyAdapters ? "the folders were computed on different adapters" : "the folders are of different studies",
      where: label,
      expected: `the same options, data, version and adapter as in ${first!.label}`,
      found: differencesText(found),
      fix: advice(onlyAdapters),
    });
  }
}

/** The adapters and forms that stores were computed with, each once. */
export function originsOf(sources: readonly Pick<StudySource, "record">[]): PartOrigin[] {
  const all = sources.map(
    ({ record: { origin } }) => [JSON.stringify([origin.adapter, origin.tiles]), origin] as const,
  );
  return [...new Map(all.toReversed()).entries()].toReversed().map(([, origin]) => origin);
}
