/** How each measure is distributed in each layer, and how much of it is bias or chance. */
import { mean, quantileSorted } from "simple-statistics";
import type { LayerEvidence } from "../../core/evidence.ts";
import { levelTotals, type NeuronTable } from "../../core/neuron-table.ts";
import { measureWithId } from "../../measures/columns.ts";
import type { Measure } from "../../measures/measure.ts";
import { layersOfTable, pooledLayersOf } from "../../measures/neuron-levels.ts";
import { createNullLevels, type NullLevel } from "../../measures/null-level.ts";
import { estimateMean } from "../statistics/estimate.ts";
import type { MeasureSummary } from "./analysis.ts";
import { rowsOfLayer } from "./layer-rows.ts";

/** What permuted labels give a neuron with so many samples in each level. */
type NullLevelOf = (levels: readonly number[]) => NullLevel;

/** A neuron's row in the table of its network. */
interface Row {
  readonly table: NeuronTable;
  readonly row: number;
}

/** [neurons of the layer in all tables]: biases; undefined where counts, or the class sizes that a measure needs, are not known. */
function biasesOf(
  tables: readonly NeuronTable[],
  layer: number,
  { bias, traits }: Measure,
  samplesPerClass: readonly number[] | undefined,
): number[] | undefined {
  if (bias === undefined) return undefined;
  const biases = tables.map((table) => {
    const layers = traits.ignoresLabels
      ? pooledLayersOf(table)
      : layersOfTable(table, table.samplesPerClass ?? samplesPerClass);
    const own = layers?.find((evidence) => evidence.layer === layer);
    return own && Array.from(bias(own as LayerEvidence));
  });
  return biases.some((own) => own === undefined) ? undefined : biases.flatMap((own) => own!);
}

function nullPart(rows: readonly Row[], measure: string, levelOf: NullLevelOf | undefined) {
  if (levelOf === undefined) return {};
  const totals = rows.map(({ table, row }) => levelTotals(table, row));
  if (totals.some((own) => own === undefined)) return {};
  const levels = totals.map((own) => levelOf(own!));
  const means = levels.flatMap((level) => level.mean ?? []);
  const above = rows.filter(({ table, row }, index) => table.measures[measure]![row]! > levels[index]!.level);
  return {
    ...(means.length === rows.length ? { nullMean: mean(means) } : {}),
    nullLevel: mean(levels.map(({ level }) => level)),
    aboveNull: above.length / rows.length,
  };
}

function summary(
  tables: readonly NeuronTable[],
  layer: number,
  measure: string,
  samplesPerClass: readonly number[] | undefined,
  levelOf: NullLevelOf | undefined,
): MeasureSummary {
  const rows = tables.flatMap((table) => rowsOfLayer(table, layer).map((row) => ({ table, row })));
  const known = measureWithId(measure);
  const biases = known && biasesOf(tables, layer, known, samplesPerClass);
  const ownValue = ({ table, row }: Row) => table.measures[measure]![row]!;
  const values = rows.map(ownValue).sort((a, b) => a - b);
  const networks = tables.map((table) => mean(rowsOfLayer(table, layer).map((row) => ownValue({ table, row }))));
  return {
    layer,
    measure,
    values: Float64Array.from(values),
    mean: estimateMean(networks),
    minimum: values[0]!,
    lowerQuartile: quantileSorted(values, 0.25),
    median: quantileSorted(values, 0.5),
    upperQuartile: quantileSorted(values, 0.75),
    maximum: values.at(-1)!,
    ...(biases === undefined ? {} : { bias: mean(biases) }),
    ...nullPart(rows, measure, levelOf),
  };
}

/**
 * Layer by layer, each measure of the tables.
 * @param samplesPerClass [classes], of the validation set; without it there is no bias and no null level of I and KL
 */
export function measureSummaries(
  tables: readonly NeuronTable[],
  layers: readonly number[],
  measures: readonly string[],
  samplesPerClass: readonly number[] | undefined,
): MeasureSummary[] {
  const counted = tables.flatMap((table) =>
    Array.from({ length: table.rows }, (_, row) => levelTotals(table, row)).filter((totals) => totals !== undefined),
  );
  const nulls = samplesPerClass && createNullLevels(counted, samplesPerClass);
  const levelOf = (measure: string): NullLevelOf | undefined => {
    const chance = measureWithId(measure)?.chance;
    return nulls && chance && ((levels) => chance(nulls(levels)));
  };
  return layers.flatMap((layer) =>
    measures
      .filter((measure) => tables[0] !== undefined && measure in tables[0].measures)
      .map((measure) => summary(tables, layer, measure, samplesPerClass, levelOf(measure))),
  );
}
