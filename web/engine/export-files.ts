/** The result files of a study that was made here and their report, as one .zip: what `gpu-importance run` writes into a folder. */

import { Zip, ZipDeflate } from "fflate";
import type { AblationCurve, AblationMode, RemovalOrder } from "../../src/core/ablation.ts";
import { studyActivation } from "../../src/core/activation.ts";
import type { PageAssets, ResultFile } from "../../src/core/platform.ts";
import type { StudyResults } from "../../src/core/study.ts";
import { givenSource } from "../../src/platform/browser/given-files.ts";
import { readStudyFiles } from "../../src/report/files/read-study.ts";
import { curveFiles, measureFiles, modelFiles, resultFiles } from "../../src/report/files/result-files.ts";
import { curvesOf, type LabStudy } from "./lab-study.ts";

/** What ran it, in the fields that the command line fills with the versions of Node and Dawn. */
export type Runtime = Pick<StudyResults["provenance"], "package" | "node" | "dawn" | "adapter" | "tiles">;

/** All curves of the study, in the order of the command line: orders outermost. */
async function orderedCurves(study: LabStudy, modes: readonly AblationMode[]): Promise<AblationCurve[]> {
  const byOrder = new Map<RemovalOrder, AblationCurve[]>(study.orders.map((order) => [order, []]));
  const groups = new Map(study.orders.map(({ repeat, scope }) => [`${repeat} ${scope}`, { repeat, scope }]));
  for (const group of groups.values()) {
    for (const mode of modes) {
      for (const curve of (await curvesOf(study, { ...group, mode })) ?? []) byOrder.get(curve.order)!.push(curve);
    }
  }
  return [...byOrder.values()].flat();
}

async function filesOf(study: LabStudy, runtime: Runtime, ablateMs: number): Promise<ResultFile[]> {
  const { networks, neurons, orders, singles, repeats, dataset, config, provenance, warnings } = study;
  const curves = await orderedCurves(study, config.modes);
  const results = { networks, neurons, orders, curves, singles, repeats };
  if (provenance !== undefined) {
    const elapsedMs = { ...provenance.elapsedMs, ablate: ablateMs };
    const doubts = warnings.length > 0 ? { warnings } : {};
    return resultFiles({
      ...results,
      ...doubts,
      config,
      dataset,
      provenance: { ...runtime, ...provenance, elapsedMs },
    });
  }
  // study.json says how networks were trained, which is not known of one from a file.
  return [...modelFiles(networks), ...measureFiles(neurons, orders), ...curveFiles(curves, singles)];
}

/** A file with its content in memory, to be read more than once. */
interface WholeFile extends ResultFile {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
}

const encoder = new TextEncoder();
const bytesOf = (chunk: string | Uint8Array) =>
  // The web's type excludes shared memory, which no file is made in.
  typeof chunk === "string" ? encoder.encode(chunk) : (chunk as Uint8Array<ArrayBuffer>);

function wholeFiles(files: readonly ResultFile[]): WholeFile[] {
  return files.map(({ name, chunks }) => ({ name, chunks: Array.from(chunks, bytesOf) }));
}

/** @param folder name of the only folder at the top of the archive */
export function zipOf(files: readonly ResultFile[], folder: string): Blob {
  const packed: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, part) => {
    if (error !== null) throw error;
    packed.push(part as Uint8Array<ArrayBuffer>);
  });
  for (const { name, chunks } of files) {
    const entry = new ZipDeflate(`${folder}/${name}`, { level: 6 });
    zip.add(entry);
    for (const chunk of chunks) entry.push(bytesOf(chunk));
    entry.push(new Uint8Array(), true);
  }
  zip.end();
  return new Blob(packed, { type: "application/zip" });
}

/** The report of the files, made from them as the command line does; its code is fetched only now. */
async function reportOf(files: readonly WholeFile[], label: string, assets: PageAssets): Promise<WholeFile[]> {
  const [{ makeReport }, { expressionInterpreter }] = await Promise.all([
    import("../../src/report/report.ts"),
    import("vega-interpreter"),
  ]);
  const source = givenSource(
    files.map(({ name, chunks }) => ({ path: `${label}/${name}`, content: new Blob([...chunks]) })),
  );
  return wholeFiles(await makeReport([await readStudyFiles(source, label)], assets, expressionInterpreter));
}

/** `mnist-sigmoid-20260131-235959` */
function folderName({ label, dataset, networks, provenance }: LabStudy): string {
  const stamp = provenance?.started.replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const name =
    stamp === undefined ? label.replace(/\.\w+$/, "") : `${studyActivation(networks[0]!.network.activation)}-${stamp}`;
  return `${dataset.name}-${name}`;
}

/** What an export is made with. */
interface ExportMeans {
  readonly runtime: Runtime;
  /** What computing the curves took that were missing. */
  readonly ablateMs: number;
  /** Of the report's page. */
  readonly loadAssets: () => Promise<PageAssets>;
  /** Told why there is no report; the results are exported all the same. */
  readonly onFault: (error: unknown) => void;
}

/** @throws RunError where study.json cannot hold the results. */
export async function exportStudy(
  study: LabStudy,
  { runtime, ablateMs, loadAssets, onFault }: ExportMeans,
): Promise<{ readonly name: string; readonly zip: Blob }> {
  const folder = folderName(study);
  const results = wholeFiles(await filesOf(study, runtime, ablateMs));
  let report: readonly WholeFile[] = [];
  try {
    report = await reportOf(results, folder, await loadAssets());
  } catch (error) {
    onFault(error);
  }
  return { name: `${folder}.zip`, zip: zipOf([...results, ...report], folder) };
}
