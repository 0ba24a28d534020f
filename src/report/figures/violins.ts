/** Figure 2: the distribution of each measure over the neurons of each layer. */
import { greatest, smallest } from "../../core/long-arrays.ts";
import type { MeasureSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { density } from "../statistics/density.ts";
import type { Figure, FigureTable } from "./figure.ts";
import { HOVER_LAYER, type Panel, type PanelLayer, panelSize, panelsSpec } from "./panels.ts";
import { appliesTo, type PublishedDistribution, publishedCaption, publishedDistributions } from "./published.ts";
import { type Colour, ink, seriesColours, seriesTitle } from "./theme.ts";
import { counted, decimal, intervalText, listed } from "./wording.ts";

const DIGITS = 3;
/** Half the width of the widest violin of a panel; layers are 1 apart. */
const HALF_WIDTH = 0.42;
const quantities = ["minimum", "lowerQuartile", "median", "upperQuartile", "maximum"] as const;

const rounded = (value: number, digits = DIGITS) => Number(value.toFixed(digits));

/** Outlines of a panel's violins: widths are densities on one scale, so that all violins have the same area. */
function outlines(summaries: readonly MeasureSummary[]) {
  const shapes = summaries.map(({ layer, values }) => ({ layer, ...density(values) }));
  const widest = Math.max(greatest(shapes.flatMap((shape) => Array.from(shape.density))), Number.MIN_VALUE);
  return shapes.flatMap(({ layer, bits, density: heights }) =>
    Array.from(bits, (value, index) => {
      const half = (HALF_WIDTH * heights[index]!) / widest;
      return { layer, bits: rounded(value), left: rounded(layer - half), right: rounded(layer + half) };
    }),
  );
}

function summaryRow(summary: MeasureSummary) {
  const numbers = Object.fromEntries(quantities.map((name) => [name, rounded(summary[name])]));
  return { layer: summary.layer, ...numbers, mean: rounded(summary.mean.mean) };
}

const layerAxis = { field: "layer", type: "quantitative" as const };
const inBits = (field: string) => ({ field, type: "quantitative" as const, title: "bits", scale: { domainMin: 0 } });

function outlineLayer(summaries: readonly MeasureSummary[], colour: Colour): PanelLayer {
  return {
    data: { values: outlines(summaries) },
    mark: { type: "area", orient: "horizontal", color: colour, opacity: 0.5 },
    encoding: {
      y: inBits("bits"),
      x: { field: "left", type: "quantitative" },
      x2: { field: "right" },
      detail: { field: "layer" },
    },
  };
}

/** A bar between the quartiles and a circle at the mean. */
function summaryLayers(): PanelLayer[] {
  return [
    {
      mark: { type: "rule", strokeWidth: 5, color: ink, opacity: 0.75 },
      encoding: { x: layerAxis, y: inBits("lowerQuartile"), y2: { field: "upperQuartile" } },
    },
    {
      mark: { type: "point", shape: "circle", filled: true, color: "white", stroke: ink, size: 40, opacity: 1 },
      encoding: { x: layerAxis, y: inBits("mean") },
    },
  ];
}

/** The paper's mean as a diamond on a line between its extremes, left of the violin's axis so as not to cover the bar. */
function publishedLayers(values: readonly PublishedDistribution[]): PanelLayer[] {
  if (values.length === 0) return [];
  const data = { values: values.map(({ layer, ...value }) => ({ layer: layer - 0.14, ...value })) };
  return [
    {
      data,
      mark: { type: "rule", strokeWidth: 1.5, color: ink },
      encoding: { x: layerAxis, y: inBits("minimum"), y2: { field: "maximum" } },
    },
    {
      data,
      mark: { type: "point", shape: "diamond", size: 50, filled: true, color: ink, opacity: 1 },
      encoding: { x: layerAxis, y: inBits("mean") },
    },
  ];
}

/** Covers a violin without being seen, to show its numbers. */
function hoverLayer(key: string): PanelLayer {
  return {
    name: `${HOVER_LAYER}_${key}`,
    mark: { type: "rule", strokeWidth: 60, opacity: 0 },
    encoding: {
      x: layerAxis,
      y: inBits("minimum"),
      y2: { field: "maximum" },
      tooltip: [
        { field: "layer", type: "quantitative" },
        ...[...quantities, "mean"].map((field) => ({ ...inBits(field), title: field, format: `.${DIGITS}f` })),
      ],
    },
  };
}

function violinPanel(measure: string, summaries: readonly MeasureSummary[], colour: Colour, published: boolean): Panel {
  const layers = summaries.map(({ layer }) => layer);
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
    layer: [outlineLayer(summaries, colour), ...summaryLayers(), ...publishedLayers(marks), hoverLayer(measure)],
  };
}

function summaryTable(summaries: readonly MeasureSummary[]): FigureTable {
  const columns = ["measure", "layer", "neurons", "minimum", "lower quartile", "median", "upper quartile", "maximum"];
  const rows = summaries.map((summary) => [
    ...[seriesTitle(summary.measure), String(summary.layer), String(summary.values.length)],
    ...quantities.map((name) => summary[name].toFixed(DIGITS)),
    summary.mean.mean.toFixed(DIGITS),
    summary.mean.interval === undefined ? "" : intervalText(summary.mean.interval, DIGITS),
  ]);
  return { columns: [...columns, "mean", "95 % interval of the mean"], rows };
}

/** How the mean moves from the first to the last layer. */
function movement(summaries: readonly MeasureSummary[]): string {
  const [first, last] = [summaries[0]!, summaries.at(-1)!];
  const value = ({ mean }: MeasureSummary) =>
    `${decimal(mean.mean, DIGITS)}${mean.interval === undefined ? "" : ` [${intervalText(mean.interval, DIGITS)}]`}`;
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
  const means = listed(byMeasure.map(({ summaries }) => movement(summaries)));
  const path = layers.length > 1 ? ` from layer ${layers[0]} to layer ${layers.at(-1)}` : ` in layer ${layers[0]}`;
  const marks = appliesTo(study)
    ? ` ${publishedCaption(study)} Lines: from the paper's least to its largest value.`
    : "";
  return {
    id: "figure-2",
    title: "Distribution of each measure in each layer",
    reading: `Mean over a layer's neurons,${path}, in bits: ${means}.`,
    caption: `Neurons of ${counted(repeats, "repeat")} together. Violins: Gaussian kernel density (Scott's bandwidth) between the extreme values, of equal area within a panel; bar: quartiles; circle: mean.${marks}`,
    alternative: `Violins of ${listed(byMeasure.map(({ measure }) => seriesTitle(measure)))}, one for each layer. Means${path}: ${means}. The table lists extremes, quartiles and means.`,
    spec: panelsSpec(
      byMeasure.map(({ measure, summaries }) =>
        violinPanel(measure, summaries, range[measures.indexOf(measure)]!, appliesTo(study)),
      ),
    ),
    table: summaryTable(byMeasure.flatMap(({ summaries }) => summaries)),
  };
}
