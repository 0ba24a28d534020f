/** How alike measures rank the neurons of a layer: near-duplicates are seen here. */
import type { NeuronTable } from "../../core/neuron-table.ts";
import { estimateMean } from "../statistics/estimate.ts";
import { kendallTauB } from "../statistics/kendall.ts";
import type { RankAgreement } from "./analysis.ts";
import { rowsOfLayer } from "./layer-rows.ts";

/** Layer by layer, every two measures: tau-b within each network, averaged over those where it is defined. */
export function rankAgreements(
  tables: readonly NeuronTable[],
  layers: readonly number[],
  measures: readonly string[],
): RankAgreement[] {
  const known = measures.filter((measure) => tables.every((table) => measure in table.measures));
  return layers.flatMap((layer) => {
    const columns = tables.map((table) => {
      const rows = rowsOfLayer(table, layer);
      return new Map(known.map((id) => [id, Float64Array.from(rows, (row) => table.measures[id]![row]!)]));
    });
    return known.flatMap((measure, index) =>
      known.slice(index + 1).flatMap((other): RankAgreement[] => {
        const taus = columns.flatMap((own) => kendallTauB(own.get(measure)!, own.get(other)!) ?? []);
        return taus.length === 0 ? [] : [{ layer, measure, other, tau: estimateMean(taus) }];
      }),
    );
  });
}
