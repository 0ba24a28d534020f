/**
 * What a store says of the study that its parts are of: all that is needed to name them, to tell the study from another, and to
 * write its files without the data.
 */
import { type AnyDataset, inputTypeOf } from "../core/dataset.ts";
import { IDENTITY, type PartStore } from "../core/part-store.ts";
import type { DatasetSummary, RecordedConfig } from "../core/study.ts";
import { summarizeDataset } from "../data/splits/summarize-dataset.ts";
import { decodePlain, encodePlain } from "../formats/plain-bytes.ts";
import { guessLossOn } from "../train/learning.ts";
import type { PartOrigin } from "./part-names.ts";
import { sealed, unsealed } from "./sealed-part.ts";

export interface StudyRecord {
  readonly config: RecordedConfig;
  readonly origin: PartOrigin;
  readonly dataset: DatasetSummary;
  /** As `WarningBasis` has it. */
  readonly guessLoss: number;
  /** [repeats]: names of the parts of networks that were not trained here. */
  readonly networks?: readonly string[];
  /** What was doubtful before anything was computed. */
  readonly warnings: readonly string[];
}

interface Recorded extends Pick<StudyRecord, "config" | "origin" | "warnings"> {
  /** With its inputs as the networks take them. */
  readonly dataset: AnyDataset;
  readonly networks?: readonly string[];
}

export function recordOf({ config, origin, dataset, networks, warnings }: Recorded): StudyRecord {
  const { sha256, classes, treatment, train } = dataset;
  const inputs = { sha256, classes, train: { inputType: inputTypeOf(train) }, ...(treatment && { treatment }) };
  return {
    config,
    origin: {
      package: origin.package,
      dawn: origin.dawn,
      adapter: origin.adapter,
      tiles: origin.tiles,
      dataset: inputs,
    },
    dataset: summarizeDataset(dataset),
    guessLoss: guessLossOn(dataset),
    ...(networks && { networks }),
    warnings,
  };
}

/** Undefined where there is none, or a damaged one: then nobody knows what the parts are of, and their names decide. */
export async function storedRecord(store: Pick<PartStore, "read">): Promise<StudyRecord | undefined> {
  const bytes = await store.read(IDENTITY);
  const content = bytes && (await unsealed(IDENTITY, bytes));
  if (!(content instanceof Uint8Array)) return undefined;
  const record = decodePlain(content) as Partial<StudyRecord>;
  return record.origin === undefined ? undefined : (record as StudyRecord);
}

/** The store, which says what study its parts are of before the first one is written: what fails before that leaves nothing. */
export function identified(store: PartStore, record: StudyRecord): PartStore {
  let said: Promise<void> | undefined;
  const say = async () => store.write(IDENTITY, await sealed(IDENTITY, encodePlain(record)));
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
