/**
 * What an unfinished study is, kept beside its parts: so the same command goes on by itself, and another one is told what is
 * different before it computes.
 */
import { IDENTITY, type PartStore } from "../core/part-store.ts";
import { sha256 } from "../core/sha256.ts";
import type { RecordedConfig } from "../core/study.ts";
import { decodePlain, encodePlain } from "../formats/plain-bytes.ts";
import type { PartOrigin } from "./part-names.ts";
import { sealed, unsealed } from "./sealed-part.ts";

/** By names that people know: options of the configuration, and what else decides bits. */
export type StudyIdentity = Readonly<Record<string, unknown>>;

/** Networks and orders that a study was given are told by what they hold. */
export async function identityOf(
  config: RecordedConfig,
  { package: version, dawn, adapter, tiles, dataset }: PartOrigin,
  given: unknown,
): Promise<StudyIdentity> {
  const networks = given === undefined ? {} : { networks: await sha256(encodePlain(given)) };
  return {
    ...config,
    ...networks,
    version,
    dawn,
    adapter: adapter.description,
    tiles,
    dataset: dataset.sha256,
  };
}

/** Undefined where there is none, or a damaged one: then nobody knows what the parts are of, and their names decide. */
export async function storedIdentity(store: PartStore): Promise<StudyIdentity | undefined> {
  const bytes = await store.read(IDENTITY);
  const content = bytes && (await unsealed(IDENTITY, bytes));
  return content instanceof Uint8Array ? (decodePlain(content) as StudyIdentity) : undefined;
}

/** The store, which says what study its parts are of before the first one is written: what fails before that leaves nothing. */
export function identified(store: PartStore, identity: StudyIdentity): PartStore {
  let said: Promise<void> | undefined;
  const say = async () => store.write(IDENTITY, await sealed(IDENTITY, encodePlain(identity)));
  return {
    label: store.label,
    has: (name) => store.has(name),
    read: (name) => store.read(name),
    remove: (name) => store.remove(name),
    list: () => store.list(),
    async write(name, bytes) {
      said ??= say();
      await said;
      await store.write(name, bytes);
    },
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
