/** Result files to everything a report says: summaries, comparisons and claims. A pure function of the files. */

import { RANDOM } from "../../core/ablation.ts";
import { measures as registeredMeasures } from "../../measures/registry.ts";
import { withHolm } from "../statistics/holm.ts";
import type { StudyAnalysis, StudyFiles } from "./analysis.ts";
import { cautions } from "./cautions.ts";
import { classEffects } from "./class-effects.ts";
import { comparisons } from "./comparisons.ts";
import { groupCurves } from "./curve-groups.ts";
import { curveSummary } from "./curve-summaries.ts";
import { measureSummaries } from "./measure-summaries.ts";
import { rankCorrelations } from "./rank-correlations.ts";

/** Hidden layers from 1, from whichever file tells. */
function layersOf({ study, neurons, singles }: StudyFiles): number[] {
  const seen = [...(neurons ?? []).flatMap(({ layer }) => [...layer]), ...(singles ?? []).map(({ layer }) => layer)];
  const configured = (study?.config.hidden ?? []).map((_, index) => index + 1);
  return [...new Set([...configured, ...seen])].sort((a, b) => a - b);
}

/** Measure ids: registered ones in their order, then any others. */
function measuresOf({ neurons, curves }: StudyFiles): string[] {
  const ofCurves = (curves ?? []).map(({ order }) => order.measure).filter((measure) => measure !== RANDOM);
  const seen = new Set([...Object.keys(neurons?.[0]?.measures ?? {}), ...ofCurves]);
  const registered = registeredMeasures.map(({ id }) => id).filter((id) => seen.delete(id));
  return [...registered, ...seen];
}

/** Networks that are in any of the files. */
function repeatsOf({ study, neurons, curves, singles }: StudyFiles): number {
  const rows = [...(study?.repeats ?? []), ...(neurons ?? []), ...(singles ?? [])];
  return new Set([...rows.map(({ repeat }) => repeat), ...(curves ?? []).map(({ order }) => order.repeat)]).size;
}

function classNamesOf({ study, neurons }: StudyFiles): readonly string[] {
  const classes = study?.dataset.classes ?? neurons?.[0]?.classes ?? 0;
  return study?.dataset.classNames ?? Array.from({ length: classes }, (_, label) => String(label));
}

function studyAnalysis(files: StudyFiles): StudyAnalysis {
  const { label, study, neurons = [], curves = [], singles = [], missing } = files;
  const layers = layersOf(files);
  const measures = measuresOf(files);
  const repeats = repeatsOf(files);
  const groups = groupCurves(curves);
  return {
    label,
    ...(study === undefined ? {} : { study }),
    ...{ repeats, layers, measures, missing },
    classNames: classNamesOf(files),
    curves: groups.map(curveSummary),
    comparisons: comparisons(groups, measures),
    measureSummaries: measureSummaries(neurons, layers, measures, study?.dataset.validationPerClass),
    correlations: rankCorrelations(neurons, singles, layers, measures),
    classEffects: study === undefined ? [] : classEffects(neurons, singles, study, layers),
    claims: [],
    cautions: cautions(repeats),
  };
}

/** Studies side by side: tests of all of them are one family for Holm's correction. */
export function analyseAll(all: readonly StudyFiles[]): StudyAnalysis[] {
  const analyses = all.map(studyAnalysis);
  const corrected = withHolm(analyses.map((analysis) => analysis.comparisons));
  return analyses.map((analysis, index) => ({ ...analysis, comparisons: corrected[index]! }));
}

export function analyse(files: StudyFiles): StudyAnalysis {
  return analyseAll([files])[0]!;
}
