/**
 * The script of the report's page: when a picture comes into view, its static SVG gives way to the same figure drawn by
 * Vega, which shows values under the pointer and is as wide as the page lets it be. Expressions are interpreted, not
 * compiled, so the page needs no eval.
 */
import { parse, type Runtime, type Spec, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { Handler } from "vega-tooltip";
import { COLUMNS_PARAMETER, WIDE_COLUMNS, WIDTH_PARAMETER } from "../report/figures/panels.ts";
import { inkParameter } from "../report/figures/theme.ts";
import { scrollBoxClass, specificationAttribute } from "../report/page/live-picture.ts";

/** Pictures are made live this far before they come into view. */
const AHEAD = "400px";
/** Pixels: panels are drawn no narrower, as their labels would meet, and no wider, as they would be all air. */
const [NARROWEST, WIDEST] = [170, 430];
/** Share of its width that a panel gives up before panels stand one below another. */
const MOST_NARROWED = 0.1;
/** Vega-Lite's names for the widths of panels: one for all where they are equal. */
const PANEL_WIDTH = /^(child|concat_\d+_)[wW]idth$/;

function specificationOf(picture: Element): Spec {
  const id = picture.getAttribute(specificationAttribute)!;
  return JSON.parse(document.getElementById(id)!.textContent!);
}

/** Draws the picture as wide as its box, `natural` pixels being the width that it has as made. */
async function drawToFit(view: View, { signals = [], marks = [] }: Spec, box: Element, natural: number): Promise<void> {
  const available = box.clientWidth;
  const asMade = Math.min(WIDE_COLUMNS, marks.filter(({ type }) => type === "group").length);
  const made = signals.find(({ name }) => name === WIDTH_PARAMETER);
  const panel = made !== undefined && "value" in made ? Number(made.value) : 0;
  // Long labels make a picture a little wider than its box: panels that can be narrower give way before the columns do.
  const spare = asMade * panel * MOST_NARROWED;
  const columns = natural - spare > available ? 1 : asMade;
  view.signal(COLUMNS_PARAMETER, columns);
  if (panel > 0) {
    const aroundPanel = natural / asMade - panel;
    const width = Math.min(WIDEST, Math.max(NARROWEST, Math.floor(available / columns - aroundPanel)));
    for (const { name } of signals) if (PANEL_WIDTH.test(name)) view.signal(name, width);
  }
  await view.runAsync();
}

/** Draws beside the static picture, and takes its place only once drawn. */
async function enliven(picture: Element): Promise<void> {
  const stage = document.createElement("div");
  const specification = specificationOf(picture);
  const runtime: Runtime = parse(specification, undefined, { ast: true });
  const tooltip = new Handler({ disableDefaultStyle: true });
  const view = new View(runtime, {
    expr: expressionInterpreter,
    renderer: "svg",
    container: stage,
    hover: true,
    tooltip: tooltip.call,
  });
  view.signal(inkParameter.name, "currentColor");
  const box = picture.closest(`.${scrollBoxClass}`)!;
  const natural = picture.clientWidth;
  await drawToFit(view, specification, box, natural);
  picture.replaceChildren(stage);
  picture.removeAttribute(specificationAttribute);
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (box.clientWidth === width) return;
    width = box.clientWidth;
    void drawToFit(view, specification, box, natural);
  }).observe(box);
}

const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      void enliven(target);
    }
  },
  { rootMargin: AHEAD },
);

for (const picture of document.querySelectorAll(`[${specificationAttribute}]`)) observer.observe(picture);
