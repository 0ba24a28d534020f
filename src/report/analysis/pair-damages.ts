/**
 * What removing two neurons of a layer together costs beyond the sum of both alone, beside what the two know of the class: joined pair by
 * pair from pair-removals.csv (test samples) and pairs.csv (validation samples).
 */
import { mean } from "simple-statistics";
import type { ReplacementMode } from "../../core/ablation.ts";
import type { PairDamages } from "../../core/pair-removals.ts";
import { type PairTable, pairPlace, withinLayer } from "../../core/pairs.ts";
import { estimateMean } from "../statistics/estimate.ts";
import { partialRankCorrelation } from "../statistics/rank-correlation.ts";
import { type PairDamageSummary, type PairPart, pairParts, type StudyFiles } from "./analysis.ts";
import type { NetworkValues } from "./network-values.ts";

/** Parts of a network's pairs, from least to most of something. */
const TENTHS = 10;

/** Pairs of a layer of a network whose damage is finite: [pairs]. */
export interface DamagedPairs extends Readonly<Record<PairPart, Float64Array>> {
  readonly repeat: number;
  readonly layer: number;
  /** Super-additive damage, nats. */
  readonly damage: Float64Array;
}

/** [pairs] of one layer: a column of pairs.csv; undefined where a pair is not in it. */
function columnOf(table: PairTable, { layer, units, damage }: PairDamages, part: PairPart): Float64Array | undefined {
  const values = table.bits[`broja_${part}`];
  if (values === undefined) return undefined;
  const layers = withinLayer(layer, units);
  const column = new Float64Array(damage.length).fill(Number.NaN);
  for (const [row, own] of table.layer.entries()) {
    if (own !== layer || table.otherLayer[row] !== layer) continue;
    column[pairPlace(layers, table.neuron[row]!, table.otherNeuron[row]!)] = values[row]!;
  }
  return column.some(Number.isNaN) ? undefined : column;
}

/** One for each network and layer that has both. @param mode what removed neurons became */
export function damagedPairs({ pairs = [], pairDamages = [] }: StudyFiles, mode: ReplacementMode): DamagedPairs[] {
  return pairDamages.flatMap((own): DamagedPairs[] => {
    const table = pairs.find(({ repeat }) => repeat === own.repeat);
    if (table === undefined || own.mode !== mode) return [];
    const [synergy, redundancy] = pairParts.map((part) => columnOf(table, own, part));
    if (synergy === undefined || redundancy === undefined) return [];
    const hasDamage = (_: number, pair: number) => Number.isFinite(own.damage[pair]!);
    const { repeat, layer } = own;
    return [
      {
        repeat,
        layer,
        damage: own.damage.filter(hasDamage),
        synergy: synergy.filter(hasDamage),
        redundancy: redundancy.filter(hasDamage),
      },
    ];
  });
}

/** Partial rank correlation of damage with a part, the other one held fixed; of the networks in which it is defined. */
export function damageCorrelations(all: readonly DamagedPairs[], layer: number, part: PairPart): NetworkValues {
  const [held] = pairParts.filter((other) => other !== part);
  return new Map(
    all.flatMap((own): [number, number][] => {
      if (own.layer !== layer) return [];
      const rho = partialRankCorrelation(own.damage, own[part], own[held!]);
      return rho === undefined ? [] : [[own.repeat, rho]];
    }),
  );
}

/** [TENTHS]: mean damage of the pairs with least to most of a part; undefined where there are fewer pairs than tenths. */
function tenthsOf(own: DamagedPairs, part: PairPart): number[] | undefined {
  const { damage } = own;
  if (damage.length < TENTHS) return undefined;
  const order = Array.from(damage.keys()).sort((a, b) => own[part][a]! - own[part][b]! || a - b);
  return Array.from({ length: TENTHS }, (_, tenth) => {
    const [first, end] = [tenth, tenth + 1].map((place) => Math.round((place * order.length) / TENTHS));
    return mean(order.slice(first, end).map((pair) => damage[pair]!));
  });
}

/** Layer by layer, both parts; none of layers with too few pairs. */
export function pairDamageSummaries(all: readonly DamagedPairs[]): PairDamageSummary[] {
  const layers = [...new Set(all.map(({ layer }) => layer))].sort((a, b) => a - b);
  return layers.flatMap((layer) =>
    pairParts.flatMap((part): PairDamageSummary[] => {
      const networks = all.filter((own) => own.layer === layer).flatMap((own) => [tenthsOf(own, part) ?? []]);
      const known = networks.filter(({ length }) => length > 0);
      if (known.length === 0) return [];
      const rhos = [...damageCorrelations(all, layer, part).values()];
      const tenths = Array.from({ length: TENTHS }, (_, tenth) => estimateMean(known.map((own) => own[tenth]!)));
      return [{ layer, part, tenths, ...(rhos.length > 0 && { rho: estimateMean(rhos) }) }];
    }),
  );
}
