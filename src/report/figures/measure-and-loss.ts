/** Figure 5: each measure against the loss that removing the neuron alone costs, layer by layer and pooled. */

import { linearRegression, max, median, min } from "simple-statistics";
import { type AblationMode, modeTexts } from "../../core/ablation.ts";
import { exponentialM1, logarithm, logarithm1p } from "../../core/elementary.ts";
import { RandomSequence, streams } from "../../core/random.ts";
import { roundedValue, unitOf } from "../../measures/columns.ts";
import { unitWords } from "../../measures/units.ts";
import type { RankCorrelation, StudyAnalysis, StudyFiles } from "../analysis/analysis.ts";
import { modeShown } from "../analysis/curve-groups.ts";
import type { Figure, FigureTable } from "./figure.ts";
import { type Panel, type PanelLayer, panelSize, panelsSpec } from "./panels.ts";
import { aloneText, isPart, type RemovedNeuron, removedNeurons } from "./removed-neurons.ts";
import { type Colour, ink, layerColours, layerShapes, seriesTitle } from "./theme.ts";
import { counted, decimal, estimateText, intervalText, listed } from "./wording.ts";

/** Neurons drawn, of all layers together: more would hide each other, and make the page heavy. */
const MOST_POINTS = 400;
const POOLED = "pooled";
const DIGITS = 2;

const layerName = (layer: number | undefined) => (layer === undefined ? POOLED : `layer ${layer}`);

/** At most `most` of the neurons; always the same ones. */
function subsample(neurons: readonly RemovedNeuron[], most: number, layer: number): readonly RemovedNeuron[] {
  if (neurons.length <= most) return neurons;
  const order = new RandomSequence(0, 0, streams.subsample, layer).permutation(neurons.length);
  return Array.from(order.subarray(0, most).sort(), (index) => neurons[index]!);
}

/** The scale of loss increases: linear around 0 up to about `constant`, logarithmic beyond, on both sides. */
interface SignedLog {
  readonly constant: number;
  readonly ticks: readonly number[];
}

function signedLogOf(increases: readonly number[]): SignedLog {
  const middle = median(increases.map(Math.abs));
  const constant = middle > 0 ? Number(`1e${Math.round(logarithm(middle) / Math.LN10)}`) : 1e-4;
  const [lowest, highest] = [min([...increases]), max([...increases])];
  const steps = [0.3, 1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4].map((step) => Number((constant * step).toPrecision(1)));
  const ticks = [...steps.map((value) => -value), 0, ...steps].filter((tick) => lowest <= tick && tick <= highest);
  return { constant, ticks: ticks.toSorted((a, b) => a - b) };
}

const onScale = (value: number, constant: number) => Math.sign(value) * logarithm1p(Math.abs(value) / constant);
const offScale = (height: number, constant: number) => Math.sign(height) * exponentialM1(Math.abs(height)) * constant;

/** Field and title of a measure's values. */
const fieldOf = (measure: string) => unitWords[unitOf(measure)].axis;

/** Ends of the least-squares line on the drawn scale; none where all values are equal. */
function trend(neurons: readonly RemovedNeuron[], measure: string, { constant }: SignedLog, group: string) {
  const points = neurons.map(({ values: own, increase }) => [own[measure]!, onScale(increase, constant)]);
  const values = points.map(([value]) => value!);
  const [low, high] = [min(values), max(values)];
  if (low === high) return [];
  const { m, b } = linearRegression(points);
  return [low, high].map((value) => ({
    group,
    [fieldOf(measure)]: value,
    increase: Number(offScale(m * value + b, constant).toPrecision(4)),
  }));
}

const isGroup = (group: string) => `datum.group === '${group}'`;
const styleOf = <T>(styles: readonly T[], index: number) => styles[index % styles.length]!;

/** Layers have colours, the pooled line has the ink. */
function groupColours(layers: readonly number[]) {
  const range: Colour[] = [...layers.map((_, index) => styleOf(layerColours, index)), ink];
  return { domain: [...layers.map(layerName), POOLED], range };
}

/** By conditions: a scale would add a legend of its own. */
function groupShapes([, ...further]: readonly number[]) {
  const condition = further.map((layer, index) => ({
    test: isGroup(layerName(layer)),
    value: styleOf(layerShapes, index + 1),
  }));
  return { condition, value: layerShapes[0]! };
}

interface Material {
  readonly neurons: readonly RemovedNeuron[];
  readonly drawn: readonly RemovedNeuron[];
  readonly layers: readonly number[];
  readonly scale: SignedLog;
}

function scatterPanel(measure: string, subtitle: string[], { neurons, drawn, layers, scale }: Material): Panel {
  const field = fieldOf(measure);
  const title = "loss increase, nats";
  const y = { type: "symlog" as const, constant: scale.constant };
  const lines = [
    ...layers.flatMap((layer) =>
      trend(
        neurons.filter((neuron) => neuron.layer === layer),
        measure,
        scale,
        layerName(layer),
      ),
    ),
    ...(layers.length > 1 ? trend(neurons, measure, scale, POOLED) : []),
  ];
  const points = drawn.map(({ layer, repeat, neuron, values, increase }) => ({
    group: layerName(layer),
    repeat,
    neuron,
    [field]: roundedValue(measure, values[measure]!),
    increase: Number(increase.toPrecision(3)),
  }));
  const tooltip = ["group", "repeat", "neuron", field, "increase"].map((name) => ({
    field: name,
    type: "nominal" as const,
  }));
  const pointLayer: PanelLayer = {
    data: { values: points },
    mark: { type: "point", filled: true, size: 9, opacity: 0.6 },
    encoding: { shape: groupShapes(layers), tooltip },
  };
  const lineLayer: PanelLayer = {
    data: { values: lines },
    mark: { type: "line", strokeWidth: 2.5 },
    encoding: {
      strokeDash: { condition: { test: isGroup(POOLED), value: [5, 3] }, value: [1, 0] },
    },
  };
  return {
    title: { text: seriesTitle(measure), subtitle },
    ...panelSize,
    encoding: {
      x: { field, type: "quantitative", title: field, scale: { zero: false }, axis: { tickCount: 5 } },
      y: { field: "increase", type: "quantitative", title, scale: y, axis: { values: [...scale.ticks], format: "~g" } },
      color: {
        field: "group",
        type: "nominal",
        scale: groupColours(layers),
        legend: { title: null, orient: "top", symbolType: "stroke", symbolOpacity: 1 },
      },
    },
    layer: [pointLayer, lineLayer],
  };
}

/** Two to a line: what fits above a panel. */
function correlationLines(correlations: readonly RankCorrelation[]): string[] {
  const texts = correlations.map(({ layer, rho }) => `${layerName(layer)} ${decimal(rho.mean, DIGITS)}`);
  const pairs = texts.flatMap((text, index) => (index % 2 === 0 ? [[text, ...texts.slice(index + 1, index + 2)]] : []));
  return pairs.map((pair, line) => `${line === 0 ? "ρ: " : ""}${pair.join(", ")}`);
}

/** 1 or -1 where the interval (or, without one, the value) is on one side of 0; else 0. */
function signOf({ rho: { mean, interval } }: RankCorrelation): number {
  return interval === undefined || interval.low > 0 || interval.high < 0 ? Math.sign(mean) : 0;
}

/** Whether pooling turns a sign over that all layers agree on. */
function isReversed(correlations: readonly RankCorrelation[]): boolean {
  const pooled = correlations.find(({ layer }) => layer === undefined);
  const ofLayers = correlations.filter(({ layer }) => layer !== undefined);
  return pooled !== undefined && ofLayers.every((one) => signOf(one) * signOf(pooled) < 0);
}

function readingOf(byMeasure: readonly MeasureCorrelations[]): string {
  const texts = byMeasure.map(({ measure, correlations }) => {
    const rhos = correlations.map(({ layer, rho }) => `${layerName(layer)} ${estimateText(rho, DIGITS)}`);
    return `${seriesTitle(measure)}: ${listed(rhos)}`;
  });
  const reversed = byMeasure.filter(({ correlations }) => isReversed(correlations));
  const turned = listed(reversed.map(({ measure }) => seriesTitle(measure)));
  const reversal = reversed.length > 0 ? ` Pooling the layers turns the sign over for ${turned}.` : "";
  return `Spearman's rank correlation with the loss increase, ${texts.join("; ")}.${reversal}`;
}

function correlationTable(byMeasure: readonly MeasureCorrelations[], { neurons }: Material): FigureTable {
  const rows = byMeasure.flatMap(({ measure, correlations }) =>
    correlations.map(({ layer, rho }) => [
      seriesTitle(measure),
      layerName(layer),
      String(layer === undefined ? neurons.length : neurons.filter((neuron) => neuron.layer === layer).length),
      decimal(rho.mean, DIGITS),
      rho.interval === undefined ? "" : intervalText(rho.interval, DIGITS),
    ]),
  );
  return { columns: ["measure", "neurons of", "neurons", "Spearman's rho", "95 % interval"], rows };
}

interface MeasureCorrelations {
  readonly measure: string;
  readonly correlations: readonly RankCorrelation[];
}

function correlationsOf({ measures, correlations }: StudyAnalysis, mode: AblationMode): MeasureCorrelations[] {
  return measures
    .map((measure) => ({
      measure,
      correlations: correlations.filter((one) => one.measure === measure && one.mode === mode),
    }))
    .filter((one) => one.correlations.length > 0);
}

/** Absent where single removals, measures or the losses of the intact networks are not there. */
export function measureAndLoss(analysis: StudyAnalysis, files: StudyFiles): Figure | undefined {
  const mode = modeShown(analysis.correlations);
  const neurons = removedNeurons(files, mode);
  const byMeasure = correlationsOf(analysis, mode);
  if (neurons.length === 0 || byMeasure.length === 0) return undefined;
  const layers = analysis.layers.filter((layer) => neurons.some((neuron) => neuron.layer === layer));
  const most = Math.floor(MOST_POINTS / layers.length);
  const drawn = layers.flatMap((layer) =>
    subsample(
      neurons.filter((neuron) => neuron.layer === layer),
      most,
      layer,
    ),
  );
  const material = { neurons, drawn, layers, scale: signedLogOf(neurons.map(({ increase }) => increase)) };
  const shown = drawn.length < neurons.length ? `a random sample of ${drawn.length} of ${neurons.length}` : "all";
  const reading = readingOf(byMeasure);
  return {
    id: "figure-5",
    title: "Measure against what removing the neuron costs",
    reading,
    caption: `Each point is a neuron of ${counted(analysis.repeats, "repeat")} that is removed alone and becomes ${modeTexts[mode].one}; ${shown} neurons are drawn.${aloneText(analysis)} Correlations are computed from all ${isPart(analysis) ? "these neurons" : "neurons"} of a network and averaged over networks${analysis.repeats > 1 ? ", in brackets their 95 % bootstrap interval" : ""}. Lines: least squares on the drawn scale, over all neurons, of a layer and pooled (dashed). The scale of losses is logarithmic beyond ${material.scale.constant}.`,
    alternative: `Scatter plots, one for each measure, of the neurons' measures and the increase of test loss when each is removed alone, with a line for each layer and one for all. ${reading} The table lists the correlations; the points are in the figure's specification.`,
    spec: panelsSpec(
      byMeasure.map(({ measure, correlations }) => scatterPanel(measure, correlationLines(correlations), material)),
    ),
    table: correlationTable(byMeasure, material),
  };
}
