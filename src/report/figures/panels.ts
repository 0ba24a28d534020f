/** Figures of several panels, side by side where there is room: their number a row is a parameter, for narrow pages. */
import type { TopLevelSpec } from "vega-lite";
import { inkParameter } from "./theme.ts";

export type Panel = Extract<TopLevelSpec, { concat: unknown }>["concat"][number];

/** One of several marks that share a panel's axes. */
export type PanelLayer = Extract<Panel, { layer: unknown }>["layer"][number];

/** The parameter of every specification that holds the number of panels a row. */
export const COLUMNS_PARAMETER = "panelColumns";
/** Two panels of about 300 pixels fit a page of 720. */
export const WIDE_COLUMNS = 2;

/** The parameter of specifications whose panels can be drawn wider or narrower; its value is the width they are made for. */
export const WIDTH_PARAMETER = "panelWidth";

/** Layers whose names begin so only answer the pointer; still pictures leave them out. */
export const HOVER_LAYER = "hover";

/** Pixels, without axes. */
export const panelSize = { width: 262, height: 190 } as const;

/** Columns of a legend above the panels, which must not be wider than they are. */
export const legendColumns = { expr: `${COLUMNS_PARAMETER} > 1 ? 4 : 2` };

/** A specification without configuration: see `theme.ts` for what is added to it. */
export function panelsSpec(panels: readonly Panel[]): TopLevelSpec {
  const stretches = panels.every((panel) => "width" in panel && panel.width === panelSize.width);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    params: [
      inkParameter,
      { name: COLUMNS_PARAMETER, value: WIDE_COLUMNS },
      ...(stretches ? [{ name: WIDTH_PARAMETER, value: panelSize.width }] : []),
    ],
    columns: WIDE_COLUMNS,
    spacing: { row: 24, column: 18 },
    concat: [...panels],
  };
}
