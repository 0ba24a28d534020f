/** All measures, in the order of tables and columns. A further measure is one file and one line here. */
import { activationMagnitude } from "./activation-magnitude.ts";
import { activationVariance } from "./activation-variance.ts";
import { activeShare } from "./active-share.ts";
import { classSelectivity } from "./class-selectivity.ts";
import { conductance } from "./conductance.ts";
import { contribution } from "./contribution.ts";
import { fisher } from "./fisher.ts";
import { geometricMedian } from "./geometric-median.ts";
import { inNorm } from "./in-norm.ts";
import { inorm } from "./inorm.ts";
import { logitChanges } from "./logit-change.ts";
import type { Measure } from "./measure.ts";
import { onorm } from "./onorm.ts";
import { outputDivergences } from "./output-divergence.ts";
import { paperMeasures } from "./paper-measures.ts";
import { relevance } from "./relevance.ts";
import { sensitivity } from "./sensitivity.ts";
import { shapleyMeasures } from "./shapley.ts";
import { singleRemovals } from "./single-removal.ts";
import { synflow } from "./synflow.ts";
import { taylor } from "./taylor.ts";
import { taylorGate } from "./taylor-gate.ts";
import { wanda } from "./wanda.ts";

const ofOutputs: readonly Measure[] = [activeShare, classSelectivity, activationMagnitude, activationVariance];
const ofWeights: readonly Measure[] = [inNorm, inorm, onorm, geometricMedian, synflow];
const ofBoth: readonly Measure[] = [wanda, contribution];
const ofGradients: readonly Measure[] = [sensitivity, taylor, taylorGate, fisher];
const ofLogits: readonly Measure[] = [conductance, relevance];
const ofRemovals: readonly Measure[] = [...singleRemovals, ...outputDivergences, ...logitChanges, ...shapleyMeasures];

export const measures: readonly Measure[] = [
  ...paperMeasures,
  ...ofOutputs,
  ...ofWeights,
  ...ofBoth,
  ...ofGradients,
  ...ofLogits,
  ...ofRemovals,
];

/** The measure of a command-line name, if there is one. */
export function measureNamed(name: string): Measure | undefined {
  return measures.find((measure) => measure.name === name);
}
