/** The result files of a study that was made here, as one .zip: what `gpu-importance run` writes into a folder. */

import { Zip, ZipDeflate } from "fflate";
import type { AblationCurve, AblationMode } from "../../src/core/ablation.ts";
import { studyActivation } from "../../src/core/activation.ts";
import type { ResultFile } from "../../src/core/platform.ts";
import type { StudyResults } from "../../src/core/study.ts";
import { curveFiles, measureFiles, modelFiles, resultFiles } from "../../src/report/files/result-files.ts";
import type { LabStudy } from "./lab-study.ts";

/** What ran it, in the fields that the command line fills with the versions of Node and Dawn. */
export type Runtime = Pick<StudyResults["provenance"], "package" | "node" | "dawn" | "adapter" | "tiles">;

/** All curves of the study, in the order of the command line: orders outermost. */
function orderedCurves({ orders, curves }: LabStudy, modes: readonly AblationMode[]): AblationCurve[] {
  return orders.flatMap((order) =>
    modes.flatMap((mode) => {
      const group = curves.get({ ...order, mode }) ?? [];
      return group.filter((curve) => curve.order === order);
    }),
  );
}

function filesOf(study: LabStudy, runtime: Runtime, ablateMs: number): ResultFile[] {
  const { networks, neurons, orders, singles, repeats, dataset, config, provenance, warnings } = study;
  const curves = orderedCurves(study, config.modes);
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

/** @param folder name of the only folder at the top of the archive */
export function zipOf(files: readonly ResultFile[], folder: string): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const zip = new Zip((error, part) => {
    if (error !== null) throw error;
    parts.push(part as Uint8Array<ArrayBuffer>);
  });
  const encoder = new TextEncoder();
  for (const { name, chunks } of files) {
    const entry = new ZipDeflate(`${folder}/${name}`, { level: 6 });
    zip.add(entry);
    for (const chunk of chunks) entry.push(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
    entry.push(new Uint8Array(), true);
  }
  zip.end();
  return new Blob(parts, { type: "application/zip" });
}

/** `mnist-sigmoid-20260131-235959` */
function folderName({ label, dataset, networks, provenance }: LabStudy): string {
  const stamp = provenance?.started.replaceAll(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const name =
    stamp === undefined
      ? label.replace(/\.safetensors$/, "")
      : `${studyActivation(networks[0]!.network.activation)}-${stamp}`;
  return `${dataset.name}-${name}`;
}

/**
 * @param ablateMs what computing the curves took that were missing
 * @throws RunError where study.json cannot hold the results.
 */
export function exportStudy(
  study: LabStudy,
  runtime: Runtime,
  ablateMs: number,
): { readonly name: string; readonly zip: Blob } {
  const folder = folderName(study);
  return { name: `${folder}.zip`, zip: zipOf(filesOf(study, runtime, ablateMs), folder) };
}
