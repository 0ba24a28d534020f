/** Figure 7: what the neurons of the first layer with the highest and the lowest values look at, by each measure. */
import { quantile } from "simple-statistics";
import { greatest, smallest } from "../../core/long-arrays.ts";
import { weightsInto } from "../../core/network.ts";
import type { NeuronTable } from "../../core/neuron-table.ts";
import { axisOf, hasAnySize, roundedValue, unitOf, valueText } from "../../measures/columns.ts";
import { unitWords } from "../../measures/units.ts";
import type { StudyAnalysis, StudyFiles } from "../analysis/analysis.ts";
import { rowsOfLayer } from "../analysis/layer-rows.ts";
import type { Figure } from "./figure.ts";
import { type Panel, panelsSpec } from "./panels.ts";
import { ink, seriesTitle } from "./theme.ts";
import { weightImage } from "./weight-images.ts";
import { decimal, listed } from "./wording.ts";

/** Neurons at each end of a measure. */
const SHOWN = 10;
const COLUMNS = 5;
/** Pixels: an image, and a cell with its image and number. */
const IMAGE = 46;
const CELL = { width: 54, height: 66 } as const;
/** Share of the weights that the scale covers; a few large ones would make all others pale. */
const COVERED = 0.99;
const DIGITS = 3;

const ends = ["most", "least"] as const;
type End = (typeof ends)[number];

interface RankedNeuron {
  readonly measure: string;
  readonly end: End;
  /** From 1, the most or the least. */
  readonly rank: number;
  readonly neuron: number;
  readonly value: number;
}

/** The neurons of the first layer at both ends of a measure; ties by index, as in the orders. */
function rankedNeurons(table: NeuronTable, measure: string): RankedNeuron[] {
  const values = rowsOfLayer(table, 1).map((row) => table.measures[measure]![row]!);
  const ascending = [...values.keys()].sort((a, b) => values[a]! - values[b]! || a - b);
  const ranked = { least: ascending, most: ascending.toReversed() };
  return ends.flatMap((end) =>
    ranked[end].slice(0, SHOWN).map((neuron, index) => {
      return { measure, end, rank: index + 1, neuron, value: roundedValue(measure, values[neuron]!) };
    }),
  );
}

function imagePanel(title: string, ranked: readonly RankedNeuron[], imageOf: (neuron: number) => string): Panel {
  const measure = ranked[0]!.measure;
  const name = unitWords[unitOf(measure)].axis;
  const values = ranked.map(({ neuron, value, rank }) => ({
    neuron,
    [name]: value,
    rank,
    column: (rank - 1) % COLUMNS,
    row: Math.floor((rank - 1) / COLUMNS),
    image: imageOf(neuron),
  }));
  const place = { type: "ordinal" as const, axis: null };
  const format = hasAnySize(measure) ? `.${DIGITS + 1}~g` : `.${DIGITS}f`;
  const shown = { field: name, type: "quantitative" as const, format };
  const tooltip = [...["rank", "neuron"].map((field) => ({ field, type: "quantitative" as const })), shown];
  return {
    title,
    width: COLUMNS * CELL.width,
    height: Math.ceil(ranked.length / COLUMNS) * CELL.height,
    data: { values },
    encoding: { x: { field: "column", ...place }, y: { field: "row", ...place } },
    layer: [
      {
        mark: { type: "image", width: IMAGE, height: IMAGE, yOffset: -7 },
        encoding: { url: { field: "image", type: "nominal" }, tooltip },
      },
      {
        mark: { type: "text", dy: IMAGE / 2 + 1, fontSize: 10, color: ink },
        encoding: { text: shown },
      },
    ],
  };
}

/** Absent unless samples are images of one channel, and the first network and its measures are there. */
export function firstLayerWeights({ prominent }: StudyAnalysis, files: StudyFiles): Figure | undefined {
  const [shown] = files.networks ?? [];
  const [height, width, ...more] = files.study?.dataset.sampleShape ?? [];
  const table = files.neurons?.find(({ repeat }) => repeat === shown?.repeat);
  if (shown === undefined || table === undefined || height === undefined || width === undefined || more.length > 0) {
    return undefined;
  }
  const layer = shown.network.layers[0]!;
  const end = quantile(Array.from(layer.weights, Math.abs), COVERED);
  const imageOf = (neuron: number) => weightImage(weightsInto(layer, neuron), [height, width], end);
  const ranked = prominent
    .filter((measure) => measure in table.measures)
    .map((measure) => rankedNeurons(table, measure));
  if (ranked.length === 0) return undefined;
  const panels = ranked.flatMap((neurons) =>
    ends.map((name) => {
      const ofEnd = neurons.filter((neuron) => neuron.end === name);
      return imagePanel(`${seriesTitle(ofEnd[0]!.measure)}, ${name}`, ofEnd, imageOf);
    }),
  );
  const all = ranked.flat();
  const axis = axisOf(ranked.map((neurons) => neurons[0]!.measure));
  const bitsAlone = axis === "bits" ? " in bits" : "";
  return {
    id: "figure-7",
    title: "First-layer weights of the neurons with the highest and lowest values",
    reading: `In network ${shown.repeat}, ${rangesText(ranked)}.`,
    caption: `One network (repeat ${shown.repeat}), so there is no band. Each image: the weights from the inputs to one neuron, with its measure${bitsAlone} below, the first rank at the upper left. One scale for all images: blue above 0, red below, full colour from ${decimal(end, 2)} on (${100 * COVERED} % of the layer's weights are below).`,
    alternative: `Images of the first layer's weights, ${height} by ${width}, for the ${SHOWN} neurons with the most and the least of ${listed(ranked.map((neurons) => seriesTitle(neurons[0]!.measure)))}. The table lists the neurons.`,
    spec: panelsSpec(panels),
    table: {
      columns: ["measure", "end", "rank", "neuron", axis],
      rows: all.map(({ measure, end: name, rank, neuron, value }) => [
        seriesTitle(measure),
        name,
        String(rank),
        String(neuron),
        valueText(measure, value),
      ]),
    },
  };
}

/** The values that the shown neurons have, for each measure. */
function rangesText(ranked: readonly (readonly RankedNeuron[])[]): string {
  const text = (measure: string, value: number) =>
    hasAnySize(measure) ? valueText(measure, value) : decimal(value, DIGITS);
  const range = (neurons: readonly RankedNeuron[], end: End) => {
    const values = neurons.filter((neuron) => neuron.end === end).map(({ value }) => value);
    const { measure } = neurons[0]!;
    return `${text(measure, smallest(values))} to ${text(measure, greatest(values))}`;
  };
  const texts = ranked.map((neurons) => {
    const { measure } = neurons[0]!;
    const unit = unitOf(measure) === "bit" ? " bits" : "";
    return `the neurons with the least ${seriesTitle(measure)} have ${range(neurons, "least")}${unit}, those with the most ${range(neurons, "most")}`;
  });
  return texts.join("; ");
}
