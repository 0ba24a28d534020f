/** Does a measure rank neurons as the loss does that their removal costs? */
import { sampleRankCorrelation } from "simple-statistics";
import type { ConstantMode, SingleRemovals } from "../../core/ablation.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import { estimateMean } from "../statistics/estimate.ts";
import type { RankCorrelation } from "./analysis.ts";
import { rowsRemovedAlone } from "./layer-rows.ts";

/**
 * Spearman's rho within one network. Loss increases rank as losses do: the intact network's loss is the same for all.
 * @returns undefined where it is not defined, as one side has no two different values
 */
function rhoOf(table: NeuronTable, singles: readonly SingleRemovals[], layers: readonly number[], measure: string) {
  const own = layers.map((layer) => singles.find((one) => one.repeat === table.repeat && one.layer === layer));
  const losses = own.flatMap((removals) => (removals === undefined ? [] : [...removals.loss]));
  const values = own.flatMap((removals) => {
    const rows = removals === undefined ? [] : rowsRemovedAlone(table, removals);
    return rows.map((row) => table.measures[measure]![row]!);
  });
  if (own.some((removals) => removals === undefined) || losses.length < 2) return undefined;
  const rho = sampleRankCorrelation(values, losses);
  return Number.isNaN(rho) ? undefined : rho;
}

/** For each mode and measure: layer by layer, then, where there are several, all neurons of a network together. */
export function rankCorrelations(
  tables: readonly NeuronTable[],
  singles: readonly SingleRemovals[],
  layers: readonly number[],
  measures: readonly string[],
): RankCorrelation[] {
  const modes: ConstantMode[] = [...new Set(singles.map(({ mode }) => mode))];
  const places = [...layers.map((layer) => [layer]), ...(layers.length > 1 ? [layers] : [])];
  return modes.flatMap((mode) => {
    const inMode = singles.filter((removals) => removals.mode === mode);
    return measures.flatMap((measure) =>
      places.flatMap((place): RankCorrelation[] => {
        const rhos = tables.flatMap((table) =>
          measure in table.measures ? (rhoOf(table, inMode, place, measure) ?? []) : [],
        );
        if (rhos.length === 0) return [];
        const layer = place.length === 1 ? { layer: place[0]! } : {};
        return [{ ...layer, measure, mode, rho: estimateMean(rhos) }];
      }),
    );
  });
}
