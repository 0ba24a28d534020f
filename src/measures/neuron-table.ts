/** Evidence to the table of neurons: one row per hidden neuron, a column for each measure that is asked for. */
import { activationOfLayer } from "../core/activation.ts";
import { RunError } from "../core/errors.ts";
import type { EvidenceOf, GatheredLayer, GatheredNetwork, LayerEvidence, LevelCounts } from "../core/evidence.ts";
import type { Network } from "../core/network.ts";
import type { NeuronTable } from "../core/neuron-table.ts";
import { preferredClass } from "./kl-selectivity.ts";
import type { Measure } from "./measure.ts";
import { perNeuron } from "./neuron-levels.ts";

/** What was gathered of a layer, with what the network itself says of it; other kinds are there where they were asked for. */
type GivenEvidence = LayerEvidence<"levels" | "weights" | "activation"> & Partial<EvidenceOf>;

function evidenceOf(
  { samplesPerClass, layers }: GatheredNetwork,
  { layers: all, activation }: Network,
): GivenEvidence[] {
  const samples = samplesPerClass.reduce((sum, count) => sum + count, 0);
  return layers.map((gathered, index) => ({
    ...gathered,
    layer: index + 1,
    samplesPerClass,
    samples,
    weights: { incoming: all[index]!, outgoing: all[index + 1]!, network: all },
    activation: activationOfLayer(activation, index, all.length),
  }));
}

/** Layers one after another. */
function joined<T extends Uint32Array | Float32Array | Float64Array>(parts: readonly T[], all: T): T {
  let first = 0;
  for (const part of parts) {
    all.set(part, first);
    first += part.length;
  }
  return all;
}

const lengthOf = (parts: readonly { readonly length: number }[]) => parts.reduce((sum, { length }) => sum + length, 0);

function joinedLevels(layers: readonly GatheredLayer[]): LevelCounts {
  const counts = layers.map(({ levels }) => levels.counts);
  const edges = layers.flatMap(({ levels }) => levels.edges ?? []);
  return {
    levels: layers[0]?.levels.levels ?? 2,
    ...(edges.length > 0 && { edges: joined(edges, new Float32Array(lengthOf(edges))) }),
    counts: joined(counts, new Uint32Array(lengthOf(counts))),
  };
}

/** @param place whose it is @param of the measure's values, or their standard errors */
function valuesOf(
  measure: Measure,
  given: GivenEvidence,
  place: string,
  of: (evidence: LayerEvidence) => Float64Array,
): Float64Array {
  const missing = measure.needs.find((kind) => given[kind] === undefined);
  if (missing !== undefined) throw new Error(`${measure.id} needs ${missing}, which was not gathered`);
  const evidence = given as LayerEvidence;
  return requireFinite(of(evidence), measure, evidence, place);
}

/** @throws RunError that names the first neuron whose value is not finite */
function requireFinite(values: Float64Array, { name }: Measure, { layer }: LayerEvidence, place: string): Float64Array {
  const neuron = values.findIndex((value) => !Number.isFinite(value));
  if (neuron === -1) return values;
  throw new RunError({
    what: `${name} is not finite`,
    where: `${place}, layer ${layer}, neuron ${neuron}`,
    expected: "a finite value for every neuron",
    found: `${values[neuron]}`,
    fix: `leave it out of --measures; numbers of this network, or gradients through it, exceed what float32 can hold`,
  });
}

/**
 * One measure of a network that removals have left.
 * @returns values of its hidden neurons, layer after layer
 * @throws RunError where one is not finite
 */
export function measureValues(gathered: GatheredNetwork, network: Network, measure: Measure): Float64Array {
  const layers = evidenceOf(gathered, network);
  const place = `repeat ${gathered.repeat}, of the neurons that removals have left`;
  const values = layers.map((layer) => valuesOf(measure, layer, place, (evidence) => measure.evaluate(evidence)));
  return joined(values, new Float64Array(lengthOf(values)));
}

/**
 * @returns rows in the order layer, neuron
 * @throws RunError where a value is not finite
 */
export function neuronTable(gathered: GatheredNetwork, network: Network, measures: readonly Measure[]): NeuronTable {
  const { repeat, classes, samplesPerClass, layers } = gathered;
  const evidence = evidenceOf(gathered, network);
  const rows = layers.reduce((sum, { units }) => sum + units, 0);
  const values = (of: (layer: GivenEvidence) => Float64Array) => joined(evidence.map(of), new Float64Array(rows));
  const columns = (asked: readonly Measure[], of: (measure: Measure, evidence: LayerEvidence) => Float64Array) =>
    Object.fromEntries(
      asked.map((measure) => {
        const column = values((layer) =>
          valuesOf(measure, layer, `repeat ${repeat}`, (evidence) => of(measure, evidence)),
        );
        return [measure.id, column];
      }),
    );
  const sampled = measures.filter(({ standardError }) => standardError !== undefined);
  const means = layers.map(({ meanActivation }) => meanActivation);
  return {
    repeat,
    rows,
    classes,
    samples: evidence[0]?.samples ?? 0,
    layer: Uint32Array.from(evidence.flatMap(({ layer, units }) => new Array<number>(units).fill(layer))),
    neuron: Uint32Array.from(evidence.flatMap(({ units }) => Array.from({ length: units }, (_, neuron) => neuron))),
    samplesPerClass,
    levels: joinedLevels(layers),
    preferredClass: Uint32Array.from(values((layer) => perNeuron(layer, preferredClass))),
    meanActivation: joined(means, new Float32Array(rows)),
    measures: columns(measures, (measure, evidence) => measure.evaluate(evidence)),
    ...(sampled.length > 0 && {
      standardErrors: columns(sampled, (measure, evidence) => measure.standardError!(evidence)),
    }),
  };
}
