/** Networks measured on a device, in as few passes over the validation set as their measures need. */
import { findSequences } from "./ablation/sequences/registry.ts";
import { type ShapleyGame, type ShapleyRequest, shapleyValues } from "./ablation/shapley/shapley-sweep.ts";
import { type ReplacementMode, replacementModes } from "./core/ablation.ts";
import { classCounts } from "./core/class-counts.ts";
import type { EvidenceKind, GatheredLayer, GatheredNetwork, ShapleyValues } from "./core/evidence.ts";
import { type Network, networkShape } from "./core/network.ts";
import { notFinite } from "./core/network-fit.ts";
import type { NeuronTable } from "./core/neuron-table.ts";
import type { NetworkPairs, PairScope } from "./core/pairs.ts";
import { quantizationOf } from "./core/quantization.ts";
import { type ScopeKind, scopeKinds } from "./core/scope.ts";
import type { Sequence } from "./core/sequences.ts";
import type { MeasuringConfig } from "./core/study.ts";
import { defaultShapleyDraws } from "./core/study-defaults.ts";
import type { GpuContext } from "./gpu/device/context.ts";
import type { Measure } from "./measures/measure.ts";
import { neuronTable } from "./measures/neuron-table.ts";
import { type DeviceNetworks, uploadNetworks } from "./passes/device-networks.ts";
import type { DevicePages } from "./passes/device-split.ts";
import { createEvaluationCollector, type Evaluation } from "./passes/evaluate.ts";
import { createBitsCollector } from "./passes/evidence/bits.ts";
import { countLevelsWithin } from "./passes/evidence/level-counts.ts";
import { createExtremesCollector, needsExtremes } from "./passes/evidence/level-edges.ts";
import { countPairs, pairBytes } from "./passes/evidence/pairs.ts";
import { createRemovalsCollector } from "./passes/evidence/removals.ts";
import { type Collector, ride, type SplitPass } from "./passes/evidence/ride.ts";
import { type RidingEvidence, ridingKinds, ridingOf, ridingTogether } from "./passes/evidence/riding-kinds.ts";

/** For whom evidence is gathered: ids of measures and orders, and the numbers of the networks. */
export interface EvidenceFor {
  readonly of: readonly string[];
  readonly repeats: readonly number[];
}
/** Does work that gathers evidence, and keeps its time. */
export type TimeEvidence = <T>(wanted: EvidenceFor, work: () => Promise<T>) => Promise<T>;
const untimed: TimeEvidence = (_, work) => work();

/** What is measured, and how finely outputs are counted. */
export interface MeasuringRequest
  extends Pick<
    MeasuringConfig,
    "bits" | "bins" | "quantizeThreshold" | "shapleyDraws" | "shapleyError" | "greedyBlock"
  > {
  readonly measures: readonly Measure[];
  /** Absent: nobody keeps the time. */
  readonly timed?: TimeEvidence;
  /** Of the permutations of Shapley values; by default 0. */
  readonly seed?: number;
  /** Told of the share of sweeps that is done, up to 1; never where no measure needs any. */
  readonly onSwept?: (share: number) => void;
  /** Told of the share of greedy searches that is done, up to 1. */
  readonly onSearched?: (share: number) => void;
  /** Orders that are searched for, absent where none is, and in which scopes, by default in all. */
  readonly sequences?: readonly Sequence[];
  readonly scopes?: readonly ScopeKind[];
}

/** The kinds of evidence that each mode gives. */
const removalKinds = { zero: "zeroRemovals", mean: "meanRemovals" } as const;
/** And each game. */
const shapleyKinds = {
  layers: { zero: "zeroShapley", mean: "meanShapley" },
  network: { zero: "zeroNetworkShapley", mean: "meanNetworkShapley" },
} as const satisfies Readonly<Record<ShapleyGame["players"], Readonly<Record<ReplacementMode, EvidenceKind>>>>;
const shapleyPlayers = Object.keys(shapleyKinds) as ShapleyGame["players"][];

/** What measures need that rides on the pass over the validation set. */
export function ridingFor(measures: readonly Measure[]): RidingEvidence[] {
  return ridingOf(measures.flatMap(({ needs }) => needs));
}

/** Modes of which measures need evidence. */
function modesFor(
  measures: readonly Measure[],
  kinds: Readonly<Record<ReplacementMode, EvidenceKind>>,
): ReplacementMode[] {
  const needs = new Set(measures.flatMap(({ needs: own }) => own));
  return replacementModes.filter((mode) => needs.has(kinds[mode]));
}

/** Modes of single removals that measures need. */
export function removedFor(measures: readonly Measure[]): ReplacementMode[] {
  return modesFor(measures, removalKinds);
}

/** Whether a measure is a Shapley value. */
export function needsShapley({ needs }: Measure): boolean {
  return shapleyPlayers.some((players) => Object.values(shapleyKinds[players]).some((kind) => needs.includes(kind)));
}

/** How Shapley values are sampled; undefined where no measure needs them. */
export function shapleyFor(
  measures: readonly Measure[],
  { seed = 0, shapleyDraws = defaultShapleyDraws, shapleyError }: Omit<MeasuringRequest, "measures">,
): ShapleyRequest | undefined {
  const games = shapleyPlayers.flatMap((players) =>
    modesFor(measures, shapleyKinds[players]).map((mode): ShapleyGame => ({ players, mode })),
  );
  if (games.length === 0) return undefined;
  return { games, seed, draws: shapleyDraws, ...(shapleyError !== undefined && { error: shapleyError }) };
}

interface Gathered {
  /** On the validation set. */
  readonly evaluation: Evaluation;
  /** [networks][hidden layers] */
  readonly layers: readonly (readonly GatheredLayer[])[];
}

/** A network with its number. */
interface Numbered {
  readonly repeat: number;
  readonly network: Network;
}

/**
 * One pass for accuracy, means, bits and what else the measures need; for single removals another, which needs the means, and for
 * Shapley values sweeps, which need them too; for more
 * than one bit another that counts levels, once the first, or for quantiles the outputs themselves, told where these part. Levels are always counted: neurons.csv holds them, and
 * the class that a neuron prefers.
 * @param numbered the networks that are on the device, in the same order
 * @throws RunError with what the device reported
 */
export async function gatherEvidence(
  gpu: GpuContext,
  networks: DeviceNetworks,
  validation: DevicePages,
  request: MeasuringRequest,
  numbered: readonly Numbered[],
): Promise<Gathered> {
  const pass: SplitPass = { gpu, networks, split: validation };
  const evaluation = createEvaluationCollector(networks, validation);
  const bits = createBitsCollector(networks, validation, request.quantizeThreshold);
  const riding = ridingFor(request.measures).map((kind) => {
    return { kind, collector: ridingKinds[kind].create(networks, validation.classes) };
  });
  const quantization = quantizationOf(request);
  const extremes = createExtremesCollector(networks);
  const [along = [], ...apart] = ridingTogether(riding.map(({ kind }) => kind)).map((kinds) =>
    riding.filter(({ kind }) => kinds.includes(kind)),
  );
  const collectors: Collector[] = [evaluation, bits, ...along.map(({ collector }) => collector)];
  if (quantization !== undefined && needsExtremes(quantization.bins)) collectors.push(extremes);
  const time = timerFor(request, numbered);
  await time(["levels", ...along.map(({ kind }) => kind)], () => ride(pass, "measure", collectors));
  for (const own of apart) {
    await time(
      own.map(({ kind }) => kind),
      () =>
        ride(
          pass,
          "measure",
          own.map(({ collector }) => collector),
        ),
    );
  }
  const levels = quantization && (await time(["levels"], () => countLevelsWithin(pass, quantization, extremes)));
  const ridden = riding.map(({ kind, collector }) => ({ kind, gathered: collector.gathered() }));
  const counted = bits.gathered();
  const modes = removedFor(request.measures);
  const kinds = modes.map((mode) => removalKinds[mode]);
  const removed = modes.length === 0 ? [] : await time(kinds, () => removalsWithin(pass, counted, modes));
  const swept = await shapleyWithin(pass, counted, request, numbered);
  const layers = counted.map((ofNetwork, network) =>
    ofNetwork.map((own, layer): GatheredLayer => {
      return {
        ...own,
        ...(levels && { levels: levels[network]![layer]! }),
        ...Object.fromEntries(
          [...ridden, ...removed, ...swept].map(({ kind, gathered }) => [kind, gathered[network]![layer]!]),
        ),
      };
    }),
  );
  return { evaluation: evaluation.evaluation(), layers };
}

/** Keeps the time of evidence of some kinds, for the measures that need one of them. */
function timerFor({ measures, timed = untimed }: MeasuringRequest, numbered: readonly Numbered[]) {
  const repeats = numbered.map(({ repeat }) => repeat);
  return <T>(kinds: readonly EvidenceKind[], work: () => Promise<T>): Promise<T> => {
    const of = measures.filter(({ needs }) => needs.some((kind) => kinds.includes(kind))).map(({ id }) => id);
    return of.length === 0 ? work() : timed({ of, repeats }, work);
  };
}

/** A pass that removes each neuron alone, once their means are known. */
async function removalsWithin(pass: SplitPass, counted: readonly GatheredLayer[][], modes: readonly ReplacementMode[]) {
  const means = counted[0]!.map((_, layer) => joinedMeans(counted.map((ofNetwork) => ofNetwork[layer]!)));
  const removals = createRemovalsCollector(pass.networks, means, modes);
  await ride(pass, "remove neurons alone", [removals]);
  return modes.map((mode) => ({ kind: removalKinds[mode], gathered: removals.gathered(mode) }));
}

/** Sweeps over the validation set for Shapley values, once the means are known; none where no measure asks for them. */
async function shapleyWithin(
  { gpu, split }: SplitPass,
  counted: readonly GatheredLayer[][],
  request: MeasuringRequest,
  numbered: readonly Numbered[],
) {
  const shapley = shapleyFor(request.measures, request);
  const tasks = numbered.map(({ repeat, network }, index) => {
    return { repeat, network, meanActivations: counted[index]!.map(({ meanActivation }) => meanActivation) };
  });
  const found: { kind: EvidenceKind; gathered: ShapleyValues[][] }[] = [];
  const games = shapley?.games ?? [];
  for (const [index, game] of games.entries()) {
    const onProgress = (share: number) => request.onSwept?.((index + share) / games.length);
    const kind = shapleyKinds[game.players][game.mode];
    const sampled = () => shapleyValues(gpu, split, tasks, shapley!, { ...game, onProgress });
    found.push({ kind, gathered: await timerFor(request, numbered)([kind], sampled) });
  }
  return found;
}

/** [networks, units], of one layer. */
function joinedMeans(layers: readonly GatheredLayer[]): Float32Array {
  const means = new Float32Array(layers.length * layers[0]!.units);
  for (const [network, { meanActivation, units }] of layers.entries()) means.set(meanActivation, network * units);
  return means;
}

/** Bytes of pairs on the host, of networks that are counted together: of many classes or wide layers one network may have more. */
const PAIR_BYTES = 2 ** 28;

/**
 * Passes over the validation set that count pairs of bits, of as many networks at once as the host takes.
 * @throws RunError where the pairs of one network are too many, and with what the device reported
 */
export async function pairsOfNetworks(
  gpu: GpuContext,
  networks: readonly Numbered[],
  validation: DevicePages,
  { pairs: scope, quantizeThreshold: threshold }: { readonly pairs: PairScope; readonly quantizeThreshold?: number },
): Promise<NetworkPairs[]> {
  const counted: NetworkPairs[] = [];
  const together = Math.max(1, Math.floor(PAIR_BYTES / pairBytes(networkShape(networks[0]!.network), scope)));
  for (let first = 0; first < networks.length; first += together) {
    const own = networks.slice(first, first + together);
    using onGpu = uploadNetworks(
      gpu,
      own.map(({ network }) => network),
    );
    const found = await countPairs({ gpu, networks: onGpu, split: validation }, { scope, threshold });
    for (const [index, { repeat }] of own.entries()) counted.push({ repeat, ...found[index]! });
  }
  return counted;
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

/** The table with the sequences that are asked for. @param request.counted pairs of the network, where they were counted @throws RunError with what the device reported */
export async function withSequences(
  gpu: GpuContext,
  { table, network, meanActivations: means }: MeasuredNetwork,
  samples: DevicePages,
  request: Pick<
    MeasuringRequest,
    "sequences" | "scopes" | "greedyBlock" | "quantizeThreshold" | "onSearched" | "timed"
  > & { readonly counted?: NetworkPairs | undefined },
): Promise<NeuronTable> {
  const { sequences = [], scopes = scopeKinds, onSearched, timed = untimed } = request;
  const { greedyBlock, quantizeThreshold, counted } = request;
  if (sequences.length === 0) return table;
  const repeats = [table.repeat];
  const asked = {
    sequences,
    scopes,
    greedyBlock,
    quantizeThreshold,
    counted,
    onProgress: onSearched,
    timed: <T>(id: string, work: () => Promise<T>) => timed({ of: [id], repeats }, work),
  };
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
  const gathered = await gatherEvidence(gpu, networks, validation, request, [{ repeat, network }]);
  if (!Number.isFinite(gathered.evaluation.loss[0])) throw notFinite("the network's loss is not finite", where);
  const [own] = gatheredNetworks(gathered, [{ repeat, network }], validation);
  const table = neuronTable(own!, network, request.measures);
  const meanActivations = gathered.layers[0]!.map(({ meanActivation }) => meanActivation);
  const measured = await withSequences(gpu, { table, network, meanActivations }, validation, request);
  return { network, table: measured, meanActivations };
}
