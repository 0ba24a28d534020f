/** Networks measured on a device, in as few passes over the validation set as their measures need. */
import { findSequences } from "./ablation/sequences/registry.ts";
import { type AblationMode, ablationModes } from "./core/ablation.ts";
import type { GatheredLayer, GatheredNetwork } from "./core/evidence.ts";
import type { Network } from "./core/network.ts";
import { notFinite } from "./core/network-fit.ts";
import type { NeuronTable } from "./core/neuron-table.ts";
import { quantizationOf } from "./core/quantization.ts";
import { type ScopeKind, scopeKinds } from "./core/scope.ts";
import type { Sequence } from "./core/sequences.ts";
import type { MeasuringConfig } from "./core/study.ts";
import { classCounts } from "./data/splits/class-counts.ts";
import type { GpuContext } from "./gpu/device/context.ts";
import type { Measure } from "./measures/measure.ts";
import { neuronTable } from "./measures/neuron-table.ts";
import { type DeviceNetworks, uploadNetworks } from "./passes/device-networks.ts";
import type { DevicePages } from "./passes/device-split.ts";
import { createEvaluationCollector, type Evaluation } from "./passes/evaluate.ts";
import { createBitsCollector } from "./passes/evidence/bits.ts";
import { countLevelsWithin } from "./passes/evidence/level-counts.ts";
import { createExtremesCollector, needsExtremes } from "./passes/evidence/level-edges.ts";
import { createRemovalsCollector } from "./passes/evidence/removals.ts";
import { type Collector, ride, type SplitPass } from "./passes/evidence/ride.ts";
import { type RidingEvidence, ridingKinds, ridingOf } from "./passes/evidence/riding-kinds.ts";

/** What is measured, and how finely outputs are counted. */
export interface MeasuringRequest extends Pick<MeasuringConfig, "bits" | "bins" | "quantizeThreshold" | "greedyBlock"> {
  readonly measures: readonly Measure[];
  /** Orders that are searched for, absent where none is, and in which scopes, by default in all. */
  readonly sequences?: readonly Sequence[];
  readonly scopes?: readonly ScopeKind[];
}

/** The kind of evidence that each mode gives. */
const removalKinds = { zero: "zeroRemovals", mean: "meanRemovals" } as const;

/** What measures need that rides on the pass over the validation set. */
export function ridingFor(measures: readonly Measure[]): RidingEvidence[] {
  return ridingOf(measures.flatMap(({ needs }) => needs));
}

/** Modes of single removals that measures need. */
export function removedFor(measures: readonly Measure[]): AblationMode[] {
  const needs = new Set(measures.flatMap(({ needs: own }) => own));
  return ablationModes.filter((mode) => needs.has(removalKinds[mode]));
}

interface Gathered {
  /** On the validation set. */
  readonly evaluation: Evaluation;
  /** [networks][hidden layers] */
  readonly layers: readonly (readonly GatheredLayer[])[];
}

/**
 * One pass for accuracy, means, bits and what else the measures need; for single removals another, which needs the means; for more
 * than one bit another that counts levels, once the first, or for quantiles the outputs themselves, told where these part. Levels are always counted: neurons.csv holds them, and
 * the class that a neuron prefers.
 * @throws RunError with what the device reported
 */
export async function gatherEvidence(
  gpu: GpuContext,
  networks: DeviceNetworks,
  validation: DevicePages,
  request: MeasuringRequest,
): Promise<Gathered> {
  const pass: SplitPass = { gpu, networks, split: validation };
  const evaluation = createEvaluationCollector(networks, validation);
  const bits = createBitsCollector(networks, validation, request.quantizeThreshold);
  const riding = ridingFor(request.measures).map((kind) => {
    return { kind, collector: ridingKinds[kind].create(networks, validation.classes) };
  });
  const quantization = quantizationOf(request);
  const extremes = createExtremesCollector(networks);
  const collectors: Collector[] = [evaluation, bits, ...riding.map(({ collector }) => collector)];
  if (quantization !== undefined && needsExtremes(quantization.bins)) collectors.push(extremes);
  await ride(pass, "measure", collectors);
  const levels = quantization && (await countLevelsWithin(pass, quantization, extremes));
  const ridden = riding.map(({ kind, collector }) => ({ kind, gathered: collector.gathered() }));
  const counted = bits.gathered();
  const removed = await removalsWithin(pass, counted, removedFor(request.measures));
  const layers = counted.map((ofNetwork, network) =>
    ofNetwork.map((own, layer): GatheredLayer => {
      return {
        ...own,
        ...(levels && { levels: levels[network]![layer]! }),
        ...Object.fromEntries([...ridden, ...removed].map(({ kind, gathered }) => [kind, gathered[network]![layer]!])),
      };
    }),
  );
  return { evaluation: evaluation.evaluation(), layers };
}

/** A pass that removes each neuron alone, once their means are known; none where no measure asks for it. */
async function removalsWithin(pass: SplitPass, counted: readonly GatheredLayer[][], modes: readonly AblationMode[]) {
  if (modes.length === 0) return [];
  const means = counted[0]!.map((_, layer) => joinedMeans(counted.map((ofNetwork) => ofNetwork[layer]!)));
  const removals = createRemovalsCollector(pass.networks, means, modes);
  await ride(pass, "remove neurons alone", [removals]);
  return modes.map((mode) => ({ kind: removalKinds[mode], gathered: removals.gathered(mode) }));
}

/** [networks, units], of one layer. */
function joinedMeans(layers: readonly GatheredLayer[]): Float32Array {
  const means = new Float32Array(layers.length * layers[0]!.units);
  for (const [network, { meanActivation, units }] of layers.entries()) means.set(meanActivation, network * units);
  return means;
}

/** A network with its number. */
interface Numbered {
  readonly repeat: number;
  readonly network: Network;
}

/** What was gathered of each network, with the sizes of the classes. */
export function gatheredNetworks(
  { layers }: Gathered,
  networks: readonly Numbered[],
  { host, classes }: Pick<DevicePages, "host" | "classes">,
): GatheredNetwork[] {
  const samplesPerClass = classCounts(host.labels, classes);
  return networks.map(({ repeat }, index) => ({ repeat, classes, samplesPerClass, layers: layers[index]! }));
}

/** The table with the sequences that are asked for. @throws RunError with what the device reported */
export async function withSequences(
  gpu: GpuContext,
  { table, network, meanActivations: means }: MeasuredNetwork,
  samples: DevicePages,
  { sequences = [], scopes = scopeKinds, greedyBlock }: Pick<MeasuringRequest, "sequences" | "scopes" | "greedyBlock">,
): Promise<NeuronTable> {
  if (sequences.length === 0) return table;
  const asked = { sequences, scopes, greedyBlock };
  return { ...table, sequences: await findSequences({ gpu, network, samples, means }, asked) };
}

/** A network that was measured: what neurons are chosen from. */
export interface MeasuredNetwork {
  readonly network: Network;
  readonly table: NeuronTable;
  /** Per hidden layer: [neurons] mean activations over the validation set. */
  readonly meanActivations: readonly Float32Array[];
}

/**
 * One network, alone.
 * @throws RunError where its loss is not finite, and with what the device reported
 */
export async function measureNetwork(
  gpu: GpuContext,
  { repeat, network }: Numbered,
  validation: DevicePages,
  request: MeasuringRequest,
  where = "the network",
): Promise<MeasuredNetwork> {
  using networks = uploadNetworks(gpu, [network]);
  const gathered = await gatherEvidence(gpu, networks, validation, request);
  if (!Number.isFinite(gathered.evaluation.loss[0])) throw notFinite("the network's loss is not finite", where);
  const [own] = gatheredNetworks(gathered, [{ repeat, network }], validation);
  const table = neuronTable(own!, network, request.measures);
  const meanActivations = gathered.layers[0]!.map(({ meanActivation }) => meanActivation);
  const measured = await withSequences(gpu, { table, network, meanActivations }, validation, request);
  return { network, table: measured, meanActivations };
}
