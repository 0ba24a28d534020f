/** Figure 2: the distribution of each measure over the neurons of each layer. */
import { greatest, smallest } from "../../core/long-arrays.ts";
import { hasAnySize, measureWithId, roundedValue, unitOf, valueText } from "../../measures/columns.ts";
import { unitWords } from "../../measures/units.ts";
import type { MeasureSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { density } from "../statistics/density.ts";
import type { Figure, FigureTable } from "./figure.ts";
import { HOVER_LAYER, type Panel, type PanelLayer, panelSize, panelsSpec } from "./panels.ts";
import { appliesTo, type PublishedDistribution, publishedCaption, publishedDistributions } from "./published.ts";
import { type Colour, ink, seriesColours, seriesTitle } from "./theme.ts";
import { counted, decimal, intervalText, inUnits, listed } from "./wording.ts";

const DIGITS = 3;
/** Half the width of the widest violin of a panel; layers are 1 apart. */
const HALF_WIDTH = 0.42;
const quantities = ["minimum", "lowerQuartile", "median", "upperQuartile", "maximum"] as const;

const rounded = (value: number) => Number(value.toFixed(DIGITS));

/** Outlines of a panel's violins: widths are densities on one scale, so that all violins have the same area. */
function outlines(summaries: readonly MeasureSummary[], axis: ValueAxis) {
  const shapes = summaries.map((summary) => ({ layer: summary.layer, ...density(summary.values) }));
  const widest = Math.max(greatest(shapes.flatMap((shape) => Array.from(shape.density))), Number.MIN_VALUE);
  return shapes.flatMap(({ layer, values, density: heights }) =>
    Array.from(values, (value, index) => {
      const half = (HALF_WIDTH * heights[index]!) / widest;
      return {
        layer,
        [axis.field]: roundedValue(axis.measure, value),
        left: rounded(layer - half),
        right: rounded(layer + half),
      };
    }),
  );
}

function summaryRow(summary: MeasureSummary) {
  const numbers = Object.fromEntries(quantities.map((name) => [name, roundedValue(summary.measure, summary[name])]));
  return { layer: summary.layer, ...numbers, mean: roundedValue(summary.measure, summary.mean.mean) };
}

const layerAxis = { field: "layer", type: "quantitative" as const };

/** The axis of a measure's values. */
interface ValueAxis {
  readonly measure: string;
  /** Of the outlines' values. */
  readonly field: string;
  readonly of: (field: string) => { field: string; type: "quantitative"; title: string; scale: { domainMin?: number } };
}

function valueAxis(measure: string): ValueAxis {
  const title = unitWords[unitOf(measure)].axis;
  // What this version does not know is in bits, which begin at 0.
  const fromZero = measureWithId(measure)?.traits.neverNegative ?? true;
  const scale = fromZero ? { domainMin: 0 } : {};
  return { measure, field: title, of: (field) => ({ field, type: "quantitative", title, scale }) };
}

function outlineLayer(summaries: readonly MeasureSummary[], axis: ValueAxis, colour: Colour): PanelLayer {
  return {
    data: { values: outlines(summaries, axis) },
    mark: { type: "area", orient: "horizontal", color: colour, opacity: 0.5 },
    encoding: {
      y: axis.of(axis.field),
      x: { field: "left", type: "quantitative" },
      x2: { field: "right" },
      detail: { field: "layer" },
    },
  };
}

/** A bar between the quartiles and a circle at the mean. */
function summaryLayers(axis: ValueAxis): PanelLayer[] {
  return [
    {
      mark: { type: "rule", strokeWidth: 5, color: ink, opacity: 0.75 },
      encoding: { x: layerAxis, y: axis.of("lowerQuartile"), y2: { field: "upperQuartile" } },
    },
    {
      mark: { type: "point", shape: "circle", filled: true, color: "white", stroke: ink, size: 40, opacity: 1 },
      encoding: { x: layerAxis, y: axis.of("mean") },
    },
  ];
}

/** The paper's mean as a diamond on a line between its extremes, left of the violin's axis so as not to cover the bar. */
function publishedLayers(values: readonly PublishedDistribution[], axis: ValueAxis): PanelLayer[] {
  if (values.length === 0) return [];
  const data = { values: values.map(({ layer, ...value }) => ({ layer: layer - 0.14, ...value })) };
  return [
    {
      data,
      mark: { type: "rule", strokeWidth: 1.5, color: ink },
      encoding: { x: layerAxis, y: axis.of("minimum"), y2: { field: "maximum" } },
    },
    {
      data,
      mark: { type: "point", shape: "diamond", size: 50, filled: true, color: ink, opacity: 1 },
      encoding: { x: layerAxis, y: axis.of("mean") },
    },
  ];
}

/** Covers a violin without being seen, to show its numbers. */
function hoverLayer(key: string, axis: ValueAxis): PanelLayer {
  return {
    name: `${HOVER_LAYER}_${key}`,
    mark: { type: "rule", strokeWidth: 60, opacity: 0 },
    encoding: {
      x: layerAxis,
      y: axis.of("minimum"),
      y2: { field: "maximum" },
      tooltip: [
        { field: "layer", type: "quantitative" },
        ...[...quantities, "mean"].map((field) => ({
          ...axis.of(field),
          title: field,
          format: hasAnySize(axis.measure) ? `.${DIGITS + 1}~g` : `.${DIGITS}f`,
        })),
      ],
    },
  };
}

function violinPanel(measure: string, summaries: readonly MeasureSummary[], colour: Colour, published: boolean): Panel {
  const layers = summaries.map(({ layer }) => layer);
  const axis = valueAxis(measure);
  const marks = published ? publishedDistributions.filter((value) => value.measure === measure) : [];
  return {
    title: seriesTitle(measure),
    ...panelSize,
    data: { values: summaries.map(summaryRow) },
    encoding: {
      x: {
        axis: { values: layers, labelExpr: "'layer ' + datum.value", title: null, grid: false },
        scale: { domain: [smallest(layers) - 0.5, greatest(layers) + 0.5], nice: false },
      },
    },
    layer: [
      outlineLayer(summaries, axis, colour),
      ...summaryLayers(axis),
      ...publishedLayers(marks, axis),
      hoverLayer(measure, axis),
    ],
  };
}

function summaryTable(summaries: readonly MeasureSummary[]): FigureTable {
  const columns = ["measure", "layer", "neurons", "minimum", "lower quartile", "median", "upper quartile", "maximum"];
  const rows = summaries.map((summary) => [
    seriesTitle(summary.measure),
    String(summary.layer),
    String(summary.values.length),
    ...quantities.map((name) => valueText(summary.measure, summary[name])),
    valueText(summary.measure, summary.mean.mean),
    summary.mean.interval === undefined ? "" : intervalText(summary.mean.interval, DIGITS),
  ]);
  return { columns: [...columns, "mean", "95 % interval of the mean"], rows };
}

const shown = (measure: string, value: number) =>
  hasAnySize(measure) ? valueText(measure, value) : decimal(value, DIGITS);

/** How the mean moves from the first to the last layer. */
function movement(summaries: readonly MeasureSummary[]): string {
  const [first, last] = [summaries[0]!, summaries.at(-1)!];
  const value = ({ mean }: MeasureSummary) =>
    `${shown(first.measure, mean.mean)}${mean.interval === undefined ? "" : ` [${intervalText(mean.interval, DIGITS)}]`}`;
  const title = seriesTitle(first.measure);
  return first === last ? `${title} ${value(first)}` : `${title} from ${value(first)} to ${value(last)}`;
}

/** Absent where no neurons were measured. */
export function violins(analysis: StudyAnalysis): Figure | undefined {
  const { measures, measureSummaries, layers, repeats, study } = analysis;
  const byMeasure = measures
    .map((measure) => ({ measure, summaries: measureSummaries.filter((summary) => summary.measure === measure) }))
    .filter(({ summaries }) => summaries.length > 0);
  if (byMeasure.length === 0) return undefined;
  const { range } = seriesColours(measures);
  const means = inUnits(
    byMeasure,
    ({ measure }) => measure,
    ({ summaries }) => movement(summaries),
  );
  const plainMeans = listed(byMeasure.map(({ summaries }) => movement(summaries)));
  const path = layers.length > 1 ? ` from layer ${layers[0]} to layer ${layers.at(-1)}` : ` in layer ${layers[0]}`;
  const marks = appliesTo(study)
    ? ` ${publishedCaption(study)} Lines: from the paper's least to its largest value.`
    : "";
  return {
    id: "figure-2",
    title: "Distribution of each measure in each layer",
    reading: `Mean over a layer's neurons,${path}, ${means}.`,
    caption: `Neurons of ${counted(repeats, "repeat")} together. Violins: Gaussian kernel density (Scott's bandwidth) between the extreme values, of equal area within a panel; bar: quartiles; circle: mean.${marks}`,
    alternative: `Violins of ${listed(byMeasure.map(({ measure }) => seriesTitle(measure)))}, one for each layer. Means${path}: ${plainMeans}. The table lists extremes, quartiles and means.`,
    spec: panelsSpec(
      byMeasure.map(({ measure, summaries }) =>
        violinPanel(measure, summaries, range[measures.indexOf(measure)]!, appliesTo(study)),
      ),
    ),
    table: summaryTable(byMeasure.flatMap(({ summaries }) => summaries)),
  };
}
