/** How each measure is distributed in each layer, and how much of it is bias or chance. */
import { mean, quantileSorted } from "simple-statistics";
import { hasBits, type NeuronTable } from "../../core/neuron-table.ts";
import { entropy } from "../../measures/entropy.ts";
import { countsOfBit, type LevelEvidence, levelTotals } from "../../measures/measure.ts";
import { histogramEvidence } from "../../measures/neuron-table.ts";
import { createNullLevels, type NullLevelOf } from "../../measures/null-level.ts";
import { plugInBiases } from "../../measures/plug-in-bias.ts";
import { estimateMean } from "../statistics/estimate.ts";
import type { MeasureSummary } from "./analysis.ts";
import { rowsOfLayer } from "./layer-rows.ts";

/** A neuron's row in the table of its network. */
interface Row {
  readonly table: NeuronTable;
  readonly row: number;
}

/** Of the neuron's counts; without class sizes those of all classes together, which suffices for the entropy. */
function evidenceOf({ table, row }: Row, samplesPerClass: readonly number[] | undefined): LevelEvidence {
  const { samples, classes, ones, onesPerClass, histograms } = table;
  if (histograms !== undefined) return histogramEvidence(table, histograms, row);
  const own = samplesPerClass ? onesPerClass.subarray(row * classes, (row + 1) * classes) : [ones[row]!];
  const sizes = samplesPerClass ?? [samples];
  return { samples, levels: 2, countsPerLevel: countsOfBit(own, sizes), samplesPerClass: sizes };
}

/** Whether there are counts: of bits, or of levels. */
const isCounted = ({ table }: Row) => table.histograms !== undefined || hasBits(table);

/** [levels]: samples in each. */
const levelsOf = (row: Row) => levelTotals(evidenceOf(row, undefined));

/** Mean bias over neurons; entropy's alone needs no class sizes. */
function biasPart(rows: readonly Row[], measure: string, samplesPerClass: readonly number[] | undefined) {
  const bias = plugInBiases[measure];
  if (bias === undefined || !rows.every(isCounted)) return {};
  const sized = samplesPerClass !== undefined || rows[0]?.table.histograms !== undefined;
  if (!sized && measure !== entropy.id) return {};
  return { bias: mean(rows.map((row) => bias(evidenceOf(row, samplesPerClass)))) };
}

function nullPart(rows: readonly Row[], measure: string, levelOf: NullLevelOf | undefined) {
  if (levelOf === undefined || !rows.every(isCounted)) return {};
  const levels = rows.map((row) => levelOf(levelsOf(row)));
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
  const bitsOf = ({ table, row }: Row) => table.measures[measure]![row]!;
  const values = rows.map(bitsOf).sort((a, b) => a - b);
  const networks = tables.map((table) => mean(rowsOfLayer(table, layer).map((row) => bitsOf({ table, row }))));
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
    ...biasPart(rows, measure, samplesPerClass),
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
  const neurons = tables.flatMap((table) => Array.from({ length: table.rows }, (_, row) => ({ table, row })));
  const counted = neurons.filter(isCounted).map(levelsOf);
  const levels = samplesPerClass && createNullLevels(counted, samplesPerClass);
  return layers.flatMap((layer) =>
    measures
      .filter((measure) => tables[0] !== undefined && measure in tables[0].measures)
      .map((measure) => summary(tables, layer, measure, samplesPerClass, levels?.[measure])),
  );
}
