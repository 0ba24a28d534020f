/** An export of the study on show: what is missing is computed before. */
import { RunError } from "../../src/core/errors.ts";
import { exportStudy, type Runtime } from "./export-files.ts";
import type { LabDevice } from "./lab-device.ts";
import type { LabStudy } from "./lab-study.ts";
import { loadReportAssets } from "./page-files.ts";
import { computeCurves, curvePieces } from "./study-stages.ts";

interface LabExport {
  readonly device: LabDevice;
  readonly study: LabStudy;
  /** What ran it, beside the device. */
  readonly runtime: Pick<Runtime, "package" | "node" | "dawn">;
  /** Of the page's own files. */
  readonly base: string;
  /** Told how many pieces of how many are computed. */
  readonly onProgress: (done: number, total: number) => void;
  /** Told why there is no report; the results are exported all the same. */
  readonly onFault: (error: unknown) => void;
}

/** @throws RunError where the study cannot be exported */
export async function exportShown({ device, study, runtime, base, onProgress, onFault }: LabExport) {
  if (study.origin === "results-folder" || study.origin === "finished") {
    throw new RunError({ what: "these results come from files", fix: "train networks here, and export those" });
  }
  if (study.live === undefined) {
    throw new RunError({ what: "what is missing for an export cannot be computed", found: study.lacking });
  }
  const { scopes, modes } = study.config;
  const repeats = study.networks.map(({ repeat }) => repeat);
  const pieces = curvePieces(study, repeats, scopes);
  const begin = performance.now();
  let done = 0;
  onProgress(done, pieces.length);
  await computeCurves(device, study, pieces, modes, () => onProgress(++done, pieces.length));
  const { facts, tiles } = device.current;
  return exportStudy(study, {
    runtime: { ...runtime, adapter: facts, tiles },
    ablateMs: performance.now() - begin,
    loadAssets: () => loadReportAssets(base),
    onFault,
  });
}
