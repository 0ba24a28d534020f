/** One neuron of a study, by which the measures are explained. */
import { hasBits, isConstant, type NeuronTable, onesPerClass as onesIn, onesOf } from "../../core/neuron-table.ts";
import { conditionalEntropy } from "../../measures/information.ts";
import type { StudySummary } from "../files/study-file.ts";
import type { WorkedExample } from "./analysis.ts";
import { rowsOfLayer } from "./layer-rows.ts";

const GUIDE = "mutual_information";

/** The neuron of the layer that says most of the class; where mutual information was not measured, by the first measure. */
function mostTelling(table: NeuronTable, layer: number): number | undefined {
  const values = table.measures[GUIDE] ?? Object.values(table.measures)[0];
  if (values === undefined) return undefined;
  const rows = rowsOfLayer(table, layer).filter((row) => !isConstant(table, row));
  return rows.length === 0 ? undefined : rows.reduce((best, row) => (values[row]! > values[best]! ? row : best));
}

/** Of the first network's last hidden layer; undefined where outputs are not bits, or class sizes are not known. */
export function workedExample(
  tables: readonly NeuronTable[],
  study: StudySummary | undefined,
  layers: readonly number[],
): WorkedExample | undefined {
  const [table] = tables;
  const samplesPerClass = study?.dataset.validationPerClass;
  const layer = layers.at(-1);
  if (table === undefined || samplesPerClass === undefined || layer === undefined || !hasBits(table)) return undefined;
  const row = mostTelling(table, layer);
  if (row === undefined) return undefined;
  const { samples, repeat } = table;
  const onesPerClass = [...onesIn(table, row)];
  return {
    repeat,
    layer,
    neuron: table.neuron[row]!,
    samples,
    ones: onesOf(table, row),
    samplesPerClass,
    onesPerClass,
    preferredClass: table.preferredClass[row]!,
    conditionalEntropyBits: conditionalEntropy(onesPerClass, samplesPerClass),
    bits: Object.fromEntries(Object.entries(table.measures).map(([measure, values]) => [measure, values[row]!])),
  };
}
