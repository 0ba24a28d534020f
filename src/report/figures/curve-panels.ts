/** Panels of accuracy against neurons removed: bands, lines, the paper's marks, and a rule that shows all values of a step. */

import { curveRows, type StyledCurve } from "./curve-rows.ts";
import { HOVER_LAYER, legendColumns, type Panel, type PanelLayer, panelSize } from "./panels.ts";
import type { PublishedPoint } from "./published.ts";
import { ink, type SeriesColours, seriesTitle } from "./theme.ts";

export interface CurvePanel {
  /** Letters, digits and underscores: part of the names of parameters. */
  readonly key: string;
  readonly title: string;
  readonly subtitle?: string;
  readonly curves: readonly StyledCurve[];
  /** Values of the paper for curves of this panel. */
  readonly published: readonly PublishedPoint[];
}

/** What dashes mean in a figure. */
export interface Dashes {
  /** Title of the legend; without one there is no legend, as the titles of the panels say it. */
  readonly legend?: string;
  readonly domain: string[];
  readonly range: number[][];
}

function accuracyOf(field: string) {
  const type: "quantitative" = "quantitative";
  return { field, type, title: "test accuracy", scale: { domain: [0, 1] } };
}

function bandLayer(): PanelLayer {
  return {
    mark: { type: "area", opacity: 0.16, line: false },
    encoding: { y: accuracyOf("low"), y2: { field: "high" }, detail: { field: "style" } },
  };
}

function lineLayer({ legend, domain, range }: Dashes): PanelLayer {
  const shown =
    legend === undefined ? null : ({ title: legend, orient: "top", symbolStrokeColor: ink, columns: 2 } as const);
  return {
    mark: { type: "line", strokeWidth: 1.7 },
    encoding: {
      y: accuracyOf("accuracy"),
      strokeDash: { field: "style", type: "nominal", scale: { domain, range }, legend: shown },
    },
  };
}

function publishedLayer(points: readonly PublishedPoint[]): PanelLayer {
  const values = points.map(({ measure, removed, accuracy }) => ({ measure: seriesTitle(measure), removed, accuracy }));
  return {
    data: { values },
    mark: { type: "point", shape: "diamond", size: 50, filled: true, stroke: ink, strokeWidth: 1, opacity: 1 },
    encoding: { y: accuracyOf("accuracy") },
  };
}

/** A rule at the step next to the pointer, whose tooltip lists all series of the panel. */
function hoverLayer(key: string, names: readonly string[], bands: boolean, styles: boolean): PanelLayer {
  const interval = "' (' + format(datum.low, '.3f') + ' to ' + format(datum.high, '.3f') + ')'";
  return {
    name: `${HOVER_LAYER}_${key}`,
    params: [
      {
        name: `step_${key}`,
        select: { type: "point", fields: ["removed"], nearest: true, on: "pointerover", clear: "pointerout" },
      },
    ],
    transform: [
      { calculate: `format(datum.accuracy, '.3f')${bands ? ` + ${interval}` : ""}`, as: "shown" },
      { calculate: styles ? "datum.measure + ', ' + datum.style" : "datum.measure", as: "series" },
      { pivot: "series", value: "shown", groupby: ["removed"], op: "max" },
    ],
    mark: { type: "rule", color: ink },
    encoding: {
      color: { value: ink },
      opacity: { condition: { param: `step_${key}`, empty: false, value: 0.5 }, value: 0 },
      tooltip: [
        { field: "removed", type: "quantitative", title: "neurons removed" },
        ...names.map((field) => ({ field, type: "nominal" as const, title: field })),
      ],
    },
  };
}

/** One panel of a figure of curves. */
export function curvePanel(
  { key, title, subtitle, curves, published }: CurvePanel,
  colours: SeriesColours,
  dashes: Dashes,
): Panel {
  const total = curves[0]!.curve.removed.at(-1)!;
  const styles = new Set(curves.map(({ style }) => style)).size > 1 && dashes.legend !== undefined;
  const names = curves.map(({ curve, style }) => `${seriesTitle(curve.measure)}${styles ? `, ${style}` : ""}`);
  const bands = curves.some(({ curve }) => curve.accuracyLow !== undefined);
  return {
    title: subtitle === undefined ? title : { text: title, subtitle },
    ...panelSize,
    data: { values: curves.flatMap(curveRows) },
    encoding: {
      x: {
        field: "removed",
        type: "quantitative",
        title: `neurons removed, of ${total}`,
        scale: { domain: [0, total] },
      },
      color: {
        field: "measure",
        type: "nominal",
        scale: { domain: colours.domain, range: colours.range },
        legend: { title: "ordered by", orient: "top", symbolType: "stroke", symbolOpacity: 1, columns: legendColumns },
      },
    },
    layer: [
      ...(bands ? [bandLayer()] : []),
      lineLayer(dashes),
      ...(published.length > 0 ? [publishedLayer(published)] : []),
      hoverLayer(key, names, bands, styles),
    ],
  };
}
