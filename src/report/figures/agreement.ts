/** Figure 8: which measures rank the neurons of a layer alike. */
import type { RankAgreement, StudyAnalysis } from "../analysis/analysis.ts";
import type { Figure } from "./figure.ts";
import { type Panel, panelsSpec } from "./panels.ts";
import { divergingColours, seriesTitle } from "./theme.ts";
import { counted, intervalText, listed, signed } from "./wording.ts";

const DIGITS = 2;
/** Pixels of a cell's side. */
const CELL = 13;
/** Up to so many measures a heat map says less than a sentence. */
const FEW = 3;
/** So alike that one of the two says all. */
const DUPLICATE = 0.9;

function heatMap(layer: number, agreements: readonly RankAgreement[], titles: readonly string[]): Panel {
  const cells = agreements.flatMap(({ measure, other, tau }) => {
    const [a, b, value] = [seriesTitle(measure), seriesTitle(other), Number(tau.mean.toFixed(DIGITS))];
    return [
      { measure: a, other: b, tau: value },
      { measure: b, other: a, tau: value },
    ];
  });
  const axis = { type: "nominal" as const, sort: [...titles], title: null };
  const tau = { field: "tau", type: "quantitative" as const, format: `+.${DIGITS}f`, title: "tau-b" };
  return {
    title: `layer ${layer}`,
    width: CELL * titles.length,
    height: CELL * titles.length,
    data: { values: cells },
    mark: "rect",
    encoding: {
      x: { ...axis, field: "measure", axis: { labelAngle: -90, labelLimit: 160 } },
      y: { ...axis, field: "other", axis: { labelLimit: 160 } },
      color: {
        ...tau,
        scale: { domain: [-1, 0, 1], range: [...divergingColours], interpolate: "rgb" },
        legend: { orient: "top", title: "Kendall's tau-b", gradientLength: 200 },
      },
      tooltip: [
        { field: "measure", type: "nominal", title: "one" },
        { field: "other", type: "nominal", title: "another" },
        tau,
      ],
    },
  };
}

function duplicatesText(agreements: readonly RankAgreement[]): string {
  const layers = [...new Set(agreements.map(({ layer }) => layer))];
  const pairs = agreements.filter(({ measure, other }) => {
    const own = agreements.filter((one) => one.measure === measure && one.other === other);
    return own.length === layers.length && own.every(({ tau }) => tau.mean >= DUPLICATE);
  });
  const names = [...new Set(pairs.map(({ measure, other }) => `${seriesTitle(measure)} with ${seriesTitle(other)}`))];
  if (names.length === 0) return `No two measures agree to ${DUPLICATE} or more in every layer`;
  return `Near-duplicates, which agree to ${DUPLICATE} or more in every layer: ${listed(names)}`;
}

/** Absent where few measures were computed. */
export function agreementFigure({ agreements, measures, layers, repeats }: StudyAnalysis): Figure | undefined {
  if (measures.length <= FEW || agreements.length === 0) return undefined;
  const known = new Set(agreements.flatMap(({ measure, other }) => [measure, other]));
  const titles = measures.filter((id) => known.has(id)).map(seriesTitle);
  const shown = layers.filter((layer) => agreements.some((one) => one.layer === layer));
  const reading = duplicatesText(agreements);
  return {
    id: "figure-8",
    title: "Which measures rank neurons alike",
    reading: `${reading}.`,
    caption: `Kendall's tau-b between the values of two measures over the neurons of a layer, within each network, averaged over ${counted(repeats, "repeat")}: 1 is the same order, 0 none in common, -1 the reverse. Of a greedy order the values are the places at which neurons go. White cells without a value: one of the two is the same for all neurons. The table has 95 % bootstrap intervals.`,
    alternative: `Heat maps, one for each layer: rows and columns are the ${titles.length} measures, cells how alike they rank neurons. ${reading}. The table lists every pair.`,
    spec: panelsSpec(
      shown.map((layer) =>
        heatMap(
          layer,
          agreements.filter((one) => one.layer === layer),
          titles,
        ),
      ),
    ),
    table: {
      columns: ["measure", "and", "layer", "tau-b", "95 % interval"],
      rows: agreements.map(({ layer, measure, other, tau }) => [
        seriesTitle(measure),
        seriesTitle(other),
        String(layer),
        signed(tau.mean, DIGITS),
        tau.interval === undefined ? "" : intervalText(tau.interval, DIGITS),
      ]),
    },
  };
}
