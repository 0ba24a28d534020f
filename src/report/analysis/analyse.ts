/** Result files to everything a report says: summaries, comparisons and claims. A pure function of the files. */

import { RANDOM } from "../../core/ablation.ts";
import { plainName } from "../../core/plain-text.ts";
import { measures as registeredMeasures } from "../../measures/registry.ts";
import type { StudyAnalysis, StudyFiles } from "./analysis.ts";
import { answers } from "./answers.ts";
import { cautions } from "./cautions.ts";
import { type ClaimMaterial, modeOf } from "./claims/claim-material.ts";
import { claims } from "./claims/claims.ts";
import { furtherClaims } from "./claims/further/further-claims.ts";
import { classEffects } from "./class-effects.ts";
import { comparisons } from "./comparisons.ts";
import { groupCurves, modeShown } from "./curve-groups.ts";
import { curveSummary } from "./curve-summaries.ts";
import { groupSummaries } from "./group-summaries.ts";
import { leagues, prominent } from "./leagues.ts";
import { measureSummaries } from "./measure-summaries.ts";
import { damagedPairs, pairDamageSummaries } from "./pair-damages.ts";
import { pairSummaries } from "./pair-summaries.ts";
import { rankAgreements } from "./rank-agreement.ts";
import { rankCorrelations } from "./rank-correlations.ts";
import { warnings } from "./warnings.ts";
import { workedExample } from "./worked-example.ts";

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
  return study?.dataset.classNames?.map(plainName) ?? Array.from({ length: classes }, (_, label) => String(label));
}

type StudyPart = Omit<StudyAnalysis, "claims" | "furtherClaims">;

/** What can be said of a study alone. */
function studyPart(files: StudyFiles, material: ClaimMaterial): StudyPart {
  const measures = measuresOf(files);
  const { label, study, singles = [], missing } = files;
  const orders = (files.curves ?? []).map(({ order }) => order);
  const { groups, neurons, layers } = material;
  const repeats = repeatsOf(files);
  const example = workedExample(neurons, study, layers);
  const compared = comparisons(groups, measures);
  const mode = modeShown(groups);
  const answered = answers(compared, mode);
  const tables = leagues(groups, compared, mode);
  return {
    label: plainName(label),
    repeats,
    layers,
    measures,
    missing,
    ...(study === undefined ? {} : { study }),
    classNames: classNamesOf(files),
    curves: groups.map(curveSummary),
    leagues: tables,
    prominent: prominent(measures, tables),
    agreements: rankAgreements(neurons, layers, measures, orders),
    comparisons: compared,
    ...(answered === undefined ? {} : { answers: answered }),
    measureSummaries: measureSummaries(neurons, layers, measures, study?.dataset.validationPerClass),
    pairSummaries: pairSummaries(files),
    groupSummaries: groupSummaries(files.groups),
    pairDamages: pairDamageSummaries(material.damagedPairs),
    correlations: rankCorrelations(neurons, singles, layers, measures),
    classEffects: study === undefined ? [] : classEffects(neurons, singles, study, layers),
    ...(example === undefined ? {} : { example }),
    warnings: study === undefined ? [] : warnings(study.repeats, study.dataset),
    cautions: cautions(repeats, study?.config.singles),
  };
}

function materialOf(files: StudyFiles): ClaimMaterial {
  const { study, neurons = [], curves = [] } = files;
  const groups = groupCurves(curves);
  const common = { ...(study === undefined ? {} : { study }), neurons, groups, layers: layersOf(files) };
  return { ...common, damagedPairs: damagedPairs(files, modeOf(common)) };
}

/** Studies side by side: the claims of all of them are one family for Holm's correction, and claim 5 compares them. */
export function analyseAll(all: readonly StudyFiles[]): StudyAnalysis[] {
  const materials = all.map(materialOf);
  const claimed = claims(materials);
  const further = furtherClaims(materials);
  return all.map((files, index) => ({
    ...studyPart(files, materials[index]!),
    claims: claimed[index]!,
    furtherClaims: further[index]!,
  }));
}

export function analyse(files: StudyFiles): StudyAnalysis {
  return analyseAll([files])[0]!;
}
