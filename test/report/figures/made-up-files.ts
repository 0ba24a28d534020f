/** A made-up study as a folder of results would be read, for figures. */
import type { StudyConfig } from "../../../src/core/study.ts";
import type { StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { madeUpStudy } from "../made-up-study.ts";

export function madeUpFiles(options: Partial<StudyConfig> = {}): StudyFiles {
  const study = madeUpStudy(options);
  const { neurons, orders, curves, singles, networks } = study;
  return { label: "made up", study, neurons, orders, curves, singles, networks: networks.slice(0, 1), missing: [] };
}
