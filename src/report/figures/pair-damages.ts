/** Figure 9: what two neurons cost together beyond the sum of both alone, beside what they know together. */
import { greatest } from "../../core/long-arrays.ts";
import { type PairDamageSummary, pairParts, type StudyAnalysis } from "../analysis/analysis.ts";
import type { Figure } from "./figure.ts";
import { type Panel, type PanelLayer, panelSize, panelsSpec } from "./panels.ts";
import { layerColours } from "./theme.ts";
import { bandText, decimal, estimateText, intervalText, listed } from "./wording.ts";

const DIGITS = 2;

/** Thousandths of a nat: most pairs cost little. */
const MILLI = 1000;

/** Decimals that show the largest damage with two digits or more. */
function decimalsFor(summaries: readonly PairDamageSummary[]): number {
  const most = greatest(summaries.flatMap(({ tenths }) => tenths.map(({ mean }) => Math.abs(MILLI * mean))));
  return most >= 100 ? 0 : most >= 10 ? 1 : most >= 1 ? 2 : 3;
}

function panel(layer: number, summaries: readonly PairDamageSummary[]): Panel {
  const values = summaries.flatMap(({ part, tenths }) =>
    tenths.map(({ mean, interval }, index) => ({
      part,
      tenth: index + 1,
      damage: MILLI * mean,
      ...(interval && { low: MILLI * interval.low, high: MILLI * interval.high }),
    })),
  );
  const x = {
    field: "tenth",
    type: "quantitative" as const,
    title: "tenth of the pairs, least to most",
    axis: { tickCount: 5 },
    scale: { domain: [1, 10] },
  };
  const color = {
    field: "part",
    type: "nominal" as const,
    scale: { domain: [...pairParts], range: layerColours.slice(0, pairParts.length) },
    legend: { orient: "top" as const, title: "pairs in order of their", symbolOpacity: 1 },
  };
  const title = "beyond the sum, thousandths of a nat";
  const band: PanelLayer = {
    mark: { type: "errorband", opacity: 0.2 },
    encoding: { x, y: { field: "low", type: "quantitative", title }, y2: { field: "high" }, color },
  };
  return {
    title: `layer ${layer}`,
    ...panelSize,
    data: { values },
    layer: [
      { mark: "rule", encoding: { y: { datum: 0 }, opacity: { value: 0.4 } } },
      ...(values.some((value) => "low" in value) ? [band] : []),
      {
        mark: { type: "line", point: true },
        encoding: {
          x,
          y: { field: "damage", type: "quantitative", title },
          color,
        },
      },
    ],
  };
}

/** `layer 1: +0.21 [0.18 to 0.25] with synergy and ...`. */
function correlationsText(layer: number, summaries: readonly PairDamageSummary[]): string | undefined {
  const known = summaries.flatMap(({ part, rho }) => (rho ? [`${estimateText(rho, DIGITS)} with ${part}`] : []));
  return known.length === 0 ? undefined : `in layer ${layer} ${listed(known)}`;
}

/** Absent where pairs were not counted, or not removed together. */
export function pairDamagesFigure({ pairDamages, layers, repeats }: StudyAnalysis): Figure | undefined {
  const shown = layers.flatMap((layer) => {
    const summaries = pairDamages.filter((one) => one.layer === layer);
    return summaries.length === 0 ? [] : [{ layer, summaries }];
  });
  if (shown.length === 0) return undefined;
  const texts = shown.flatMap(({ layer, summaries }) => correlationsText(layer, summaries) ?? []);
  const reading =
    texts.length === 0
      ? "What two neurons cost together beyond the sum of both alone goes with nothing that they know"
      : `The rank correlation of what a pair costs beyond the sum of both neurons alone with one part of what it knows, the other part held fixed, is ${texts.join("; ")}`;
  const digits = decimalsFor(pairDamages);
  return {
    id: "figure-9",
    title: "What two neurons cost together, and what they know together",
    reading: `${reading}.`,
    caption: `The pairs of a layer in order of their synergy, or of their redundancy (BROJA, validation samples), in ten equal parts; the line is the mean, over the pairs of a part, of the loss of removing both beyond the sum of what removing each alone costs (test samples). Above 0 the two stand in for each other; below 0 either removal already does what the other would. ${bandText(repeats)}`,
    alternative: `Line charts, one for each layer, from the tenth of the pairs with least synergy or redundancy to that with most. ${reading}. The table has every value.`,
    spec: panelsSpec(shown.map(({ layer, summaries }) => panel(layer, summaries))),
    table: {
      columns: ["layer", "pairs in order of", "tenth", "beyond the sum, thousandths of a nat", "95 % interval"],
      rows: pairDamages.flatMap(({ layer, part, tenths }) =>
        tenths.map(({ mean, interval }, index) => [
          String(layer),
          part,
          String(index + 1),
          decimal(MILLI * mean, digits),
          interval === undefined
            ? ""
            : intervalText({ low: MILLI * interval.low, high: MILLI * interval.high }, digits),
        ]),
      ),
    },
  };
}
