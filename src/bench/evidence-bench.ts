/**
 * What measures are made of, gathered from the same networks and samples in turn: the paper's three, then what each further kind of
 * evidence takes beside them. Values of the measures are checked against the float64 reference before anything is timed.
 */
import { type Activation, layerActivation } from "../core/activation.ts";
import type { Split } from "../core/dataset.ts";
import type { EvidenceKind } from "../core/evidence.ts";
import { shapeText } from "../core/layers/network-shape.ts";
import type { Network } from "../core/network.ts";
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { gatherEvidence, gatheredNetworks } from "../measure-networks.ts";
import type { Measure } from "../measures/measure.ts";
import { measureValues } from "../measures/neuron-table.ts";
import { paperMeasures } from "../measures/paper-measures.ts";
import { measures } from "../measures/registry.ts";
import { uploadNetworks } from "../passes/device-networks.ts";
import { uploadSplit } from "../passes/device-split.ts";
import { layerEvidence } from "../reference/evidence.ts";
import { inputValues } from "../reference/forward.ts";
import { initialNetwork } from "../train/initialisation.ts";
import { requireAgreement } from "./agreement.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import type { ForwardBenchOptions } from "./forward-bench.ts";
import { CLASSES, FEATURES, material, shapeFor } from "./material.ts";
import { timedInTurn } from "./timing.ts";

export interface EvidenceBenchRow extends BenchRow {
  /** Times that of the paper's measures alone. */
  readonly ratio: number;
}

/** What is gathered at once, and the kinds that tell its measures. */
const gatherings: readonly { readonly label: string; readonly kinds: readonly EvidenceKind[] }[] = [
  { label: "evidence.paper", kinds: [] },
  { label: "evidence.class_sums", kinds: ["classSums"] },
  { label: "evidence.gradients", kinds: ["gradients"] },
  { label: "evidence.relevance", kinds: ["relevance"] },
  { label: "evidence.removals", kinds: ["zeroRemovals", "meanRemovals"] },
  {
    label: "evidence.together",
    kinds: ["weights", "classSums", "gradients", "relevance", "zeroRemovals", "meanRemovals"],
  },
  { label: "evidence.path", kinds: ["path"] },
];

/** Samples of the check: the reference takes seconds for more, along a path of 64 steps. */
const CHECKED_SAMPLES = 12;
/**
 * Of the largest value of a measure in a layer: some hundred roundings of sums of up to a few thousand terms; a kernel that leaves out
 * a term is off by more.
 */
const TOLERANCE = 1e-4;

/** The measures that the activation allows and that kinds of evidence are gathered for, beside the paper's. */
function measuresOf(kinds: readonly EvidenceKind[], activation: Activation): Measure[] {
  const isAllowed = ({ refuses }: Measure) => refuses?.(layerActivation(activation)) === undefined;
  const further = measures.filter(({ needs }) => needs.some((kind) => kinds.includes(kind)));
  return [...new Set([...paperMeasures, ...further.filter(isAllowed)])];
}

function firstSamples({ inputs, labels, count }: Split, most: number): Split {
  const samples = Math.min(count, most);
  return {
    count: samples,
    inputs: inputs.subarray(0, (samples * inputs.length) / count),
    labels: labels.subarray(0, samples),
  };
}

interface Checked {
  readonly label: string;
  readonly network: Network;
  readonly data: Split;
  readonly measures: readonly Measure[];
}

async function check(gpu: GpuContext, { label, network, data, measures: asked }: Checked): Promise<void> {
  const some = firstSamples(data, CHECKED_SAMPLES);
  using samples = uploadSplit(gpu, "validation", some, FEATURES, CLASSES);
  using networks = uploadNetworks(gpu, [network]);
  const numbered = [{ repeat: 0, network }];
  const gathered = await gatherEvidence(gpu, networks, samples, { measures: asked }, numbered);
  const [own] = gatheredNetworks(gathered, numbered, samples);
  const kinds = [...new Set(asked.flatMap(({ needs }) => needs))];
  const source = { network, inputs: inputValues(some.inputs), labels: some.labels };
  const layers = layerEvidence(source, kinds);
  for (const measure of asked) {
    const got = measureValues(own!, network, measure);
    const want = layers.map((layer) => measure.evaluate(layer));
    const bounds = want.flatMap((values) => {
      const bound = TOLERANCE * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      return Array.from(values, () => bound);
    });
    const all = want.flatMap((values) => Array.from(values));
    requireAgreement(gpu, { kernel: `${label}, ${measure.name}`, got, want: all, bound: bounds });
  }
}

/** @throws RunError where a value is wrong, or with what the device reported. */
export async function benchEvidence(
  gpu: GpuContext,
  clock: Clock,
  { hidden, activation, repeats, samples, runs, budgetMs }: ForwardBenchOptions,
  ceilings: Ceilings,
): Promise<EvidenceBenchRow[]> {
  const shape = shapeFor(hidden);
  const hosts = Array.from({ length: repeats }, (_, repeat) => initialNetwork(0, repeat, shape, activation));
  const numbered = hosts.map((network, repeat) => ({ repeat, network }));
  const data = material(FEATURES, CLASSES, CLASSES, samples).test;
  const asked = gatherings.map(({ label, kinds }) => ({ label, measures: measuresOf(kinds, activation) }));
  for (const one of asked) await check(gpu, { ...one, network: hosts[0]!, data });
  using split = uploadSplit(gpu, "validation", data, FEATURES, CLASSES);
  using networks = uploadNetworks(gpu, hosts);
  const works = asked.map(({ measures: own }) => {
    return () => gatherEvidence(gpu, networks, split, { measures: own }, numbered);
  });
  const timings = await timedInTurn(clock, runs, works, { budgetMs: budgetMs * works.length });
  const size = `${repeats} x ${samples} samples, ${shapeText(shape)}`;
  return timings.map((timing, index) => {
    const row = benchRow(asked[index]!.label, size, timing, {}, ceilings);
    return { ...row, ratio: timing.medianMs / timings[0]!.medianMs };
  });
}
