/** How long orders take that no column gives: sequences, and rankings that are computed anew. */
import { findSequences } from "./ablation/sequences/registry.ts";
import { hiddenUnits } from "./core/layers/network-shape.ts";
import { greatest } from "./core/long-arrays.ts";
import type { ScopeKind } from "./core/scope.ts";
import { isGreedy, type Sequence } from "./core/sequences.ts";
import type { MeasuringConfig } from "./core/study.ts";
import {
  COMPILING_SAMPLES,
  type Line,
  MADE_UP_MEAN,
  type Material,
  onSome,
  type PartEstimate,
  there,
  tried,
} from "./estimate-trial.ts";
import { gatherEvidence, needsShapley } from "./measure-networks.ts";
import type { Measure } from "./measures/measure.ts";
import { sequencesNamed } from "./measures/measure-choice.ts";
import { type Remeasured, remeasuredAsked } from "./measures/remeasured.ts";
import { uploadNetworks } from "./passes/device-networks.ts";
import type { DeviceSplit } from "./passes/device-split.ts";
import { evidenceKey } from "./remeasure-networks.ts";

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/**
 * One part for all of them; none where there is no such order.
 * @param shapleyMilliseconds of all networks, by some measures once
 */
export async function searchEstimates(
  material: Material,
  config: MeasuringConfig,
  shapleyMilliseconds: (measures: readonly Measure[]) => Promise<number>,
): Promise<PartEstimate[]> {
  const { repeats, measures } = config;
  const sequences = sequencesNamed(measures);
  const remeasured = remeasuredAsked(config);
  if (sequences.length + remeasured.length === 0) return [];
  const searched = sequences.length === 0 ? 0 : await sequenceMilliseconds(material, config, sequences);
  const sampled = remeasured.filter(({ measure }) => needsShapley(measure));
  const ridden = remeasured.filter((one) => !sampled.includes(one));
  const rounds = roundsOf(hiddenUnits(material.shape), config);
  const passes = await passMilliseconds(material, config, ridden);
  const sweeps = sampled.length === 0 ? 0 : await shapleyMilliseconds(sampled.map(({ measure }) => measure));
  const anew = rounds * (repeats * passes + sweeps);
  return [{ part: "search", amount: repeats, unit: "networks", milliseconds: repeats * searched + anew }];
}

/** Of one network: quadratic ones whole, and of greedy ones a step that removes all that there is. */
async function sequenceMilliseconds(
  material: Material,
  config: MeasuringConfig,
  sequences: readonly Sequence[],
): Promise<number> {
  const { dataset, shape } = material;
  const total = sumOf(hiddenUnits(shape));
  const most = config.scopes.includes("network") ? total : greatest(hiddenUnits(shape));
  // Networks shrink to nothing on the way, so that steps are half as long on average.
  const steps = (Math.ceil(most / (config.greedyBlock ?? 1)) + 1) / 2;
  const once = async (own: readonly Sequence[], times: number): Promise<number> => {
    if (own.length === 0) return 0;
    const { fixed, each } = await searchLine(material, { ...config, greedyBlock: total }, own);
    return times * (fixed + each * dataset.validation.count);
  };
  const greedy = await once(sequences.filter(isGreedy), steps);
  const others = sequences.filter((sequence) => !isGreedy(sequence));
  return greedy + (await once(others, 1));
}

function searchLine(
  material: Material,
  { scopes, greedyBlock }: MeasuringConfig,
  sequences: readonly Sequence[],
): Promise<Line> {
  const { gpu, network, shape } = material;
  const means = hiddenUnits(shape).map((units) => new Float32Array(units).fill(MADE_UP_MEAN));
  const asked = { sequences, scopes, greedyBlock };
  return validationLine(material, (samples) => findSequences({ gpu, network, samples, means }, asked));
}

function validationLine(material: Material, work: (split: DeviceSplit) => Promise<unknown>): Promise<Line> {
  const { clock, dataset } = material;
  const run = (samples: number) => onSome(material, "validation", samples, work);
  return tried({ least: COMPILING_SAMPLES, most: there(dataset.validation), hasLongBeginning: true, run }, clock);
}

/** How often a whole network would be measured for an order in each scope: while all of it is removed it shrinks to nothing. */
function roundsOf(units: readonly number[], { scopes, remeasure = 1 }: MeasuringConfig): number {
  const inScope: Readonly<Record<ScopeKind, number>> = {
    layers: sumOf(units.map((own) => Math.ceil(own / remeasure))),
    network: (Math.ceil(sumOf(units) / remeasure) + 1) / 2,
    "network-ranked": 0,
  };
  return sumOf(scopes.map((scope) => inScope[scope]));
}

/** Of one network and one round of all these orders, each with the evidence that it needs. */
async function passMilliseconds(
  material: Material,
  config: MeasuringConfig,
  remeasured: readonly Remeasured[],
): Promise<number> {
  const { gpu, network, dataset } = material;
  const kinds = remeasured.map(({ measure }) => evidenceKey(measure));
  let sum = 0;
  for (const kind of new Set(kinds)) {
    const own = remeasured.filter((_, index) => kinds[index] === kind);
    const request = { ...config, measures: [...new Set(own.map(({ measure }) => measure))] };
    using networks = uploadNetworks(gpu, [network]);
    const numbered = [{ repeat: 0, network }];
    const work = (split: DeviceSplit) => gatherEvidence(gpu, networks, split, request, numbered);
    const { fixed, each } = await validationLine(material, work);
    sum += own.length * (fixed + each * dataset.validation.count);
  }
  return sum;
}
