/**
 * Results that were complete before a command began. Whoever asks for the same study again, a scheduler that starts a job anew for
 * example, has them: nothing is computed, what a kill behind the last file has left is cleared up, and a report is made if there is none.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { RunError, UsageError } from "../../core/errors.ts";
import { resultNames } from "../../core/platform.ts";
import { isAnalysis, type RecordedConfig } from "../../core/study.ts";
import { decodeSafetensors } from "../../models/safetensors-model.ts";
import { folderSource } from "../../platform/node/files.ts";
import type { StoreFolder } from "../../platform/node/part-folder.ts";
import type { ResultsFolder } from "../../platform/node/results-folder.ts";
import { parseStudyFile, type StudySummary } from "../../report/files/study-file.ts";
import { differences, differencesText, type Identified, identityOf } from "../../study/identity.ts";
import { contentName } from "../../study/part-names.ts";
import type { Session } from "./session.ts";
import { clearUp, showTable } from "./written-study.ts";

/** @param found why they are not what was asked for */
export function otherResults(label: string, found: string): UsageError {
  return new UsageError({
    what: "the folder for results is not empty",
    where: label,
    expected: "a new or empty folder, or results of the same options and data, on the same adapter",
    found,
    fix: "choose another folder with --out, or add --force to replace the results in it",
  });
}

/** study.json. @throws UsageError where it is none of ours */
async function studyIn(label: string): Promise<StudySummary> {
  const source = folderSource(label);
  try {
    return parseStudyFile(
      new TextDecoder().decode(await source.read(resultNames.study)),
      join(label, resultNames.study),
    );
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    throw otherResults(label, `${resultNames.study}: ${error.fault.what}`);
  }
}

const differing = (found: ReturnType<typeof differences>) => `results of another study: ${differencesText(found)}`;

/**
 * Looks before data are read.
 * @param asked configurations of which any will do, the one that was asked for first
 * @throws UsageError where complete results are of none of them
 */
export async function requireSameOptions(
  { isComplete, label }: StoreFolder,
  asked: readonly RecordedConfig[],
): Promise<void> {
  if (!isComplete) return;
  const { config } = await studyIn(label);
  const found = asked.map((own) => differences({ ...config }, { ...own }));
  if (found.every((one) => one.length > 0)) throw otherResults(label, differing(found[0]!));
}

/** [repeats]: names of the networks that a study was given, of which its results have copies. */
async function networksIn(label: string, { config }: StudySummary): Promise<string[] | undefined> {
  if (!isAnalysis(config)) return undefined;
  const source = folderSource(label);
  const names: string[] = [];
  for (let repeat = 0; repeat < config.repeats; repeat++) {
    const file = resultNames.model(repeat);
    const network = decodeSafetensors(await source.read(file), join(label, file));
    names.push(await contentName({ kind: "network", repeat }, { repeat, network, trainLoss: [] }));
  }
  return names;
}

/** What study.json and the networks say of whose results they are. */
async function identifiedIn(label: string, study: StudySummary): Promise<Identified> {
  const { config, dataset, provenance } = study;
  const networks = await networksIn(label, study);
  const origin = { ...provenance, dataset: { sha256: dataset.sha256 } };
  return { config, origin, ...(networks && { networks }) };
}

/** Whether complete results are of this very study. */
export async function areResultsOf({ label }: StoreFolder, here: Identified): Promise<boolean> {
  const there = await identifiedIn(label, await studyIn(label));
  return differences(await identityOf(there), await identityOf(here)).length === 0;
}

/** study.json of complete results. @throws UsageError where a file that it names is not there, or has another size */
export async function wholeResultsIn({ label }: Pick<StoreFolder, "label">): Promise<StudySummary> {
  const study = await studyIn(label);
  for (const [name, { bytes }] of Object.entries(study.files ?? {})) {
    const size = await stat(join(label, name)).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === bytes) continue;
    const found = size === undefined ? `no ${name}` : `${size} bytes of ${name}`;
    throw otherResults(label, `${found}, which has ${bytes} bytes by study.json`);
  }
  return study;
}

/**
 * @param ignored fields that may differ
 * @returns study.json
 * @throws UsageError where complete results are of another study, or not all there
 */
export async function requireResultsOf(
  { label }: StoreFolder,
  here: Identified,
  ignored: readonly string[] = [],
): Promise<StudySummary> {
  const study = await wholeResultsIn({ label });
  const all = differences(await identityOf(await identifiedIn(label, study)), await identityOf(here));
  const found = all.filter(({ field }) => !ignored.includes(field));
  const { adapters } = study.provenance;
  if (found.length > 0) throw otherResults(label, differing(found));
  if (adapters !== undefined && ignored.length === 0) {
    throw otherResults(label, `results that ${adapters.length} adapters have computed`);
  }
  return study;
}

/** The table of results that are there, as the command that made them printed it. @throws RunError where a file is damaged */
async function tableOf({ label }: StoreFolder, study: StudySummary, session: Session): Promise<void> {
  // What reads results takes a while to load.
  const { readStudyFiles } = await import("../../report/files/read-study.ts");
  const { figuresOfFiles } = await import("../../report/tables/study-figures.ts");
  await showTable({ ...study, figures: figuresOfFiles(await readStudyFiles(folderSource(label), label)) }, session);
}

/** Clears up beside complete results, and prints their table. */
export async function finishResults(folder: ResultsFolder, study: StudySummary, session: Session): Promise<void> {
  await clearUp(folder, session.display);
  await tableOf(folder, study, session);
}
