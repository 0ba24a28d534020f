/**
 * The script of the report's page: when a picture comes into view, its static SVG gives way to the same figure drawn by
 * Vega, which shows values under the pointer. Expressions are interpreted, not compiled, so the page needs no eval.
 */
import { parse, type Runtime, type Spec, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { Handler } from "vega-tooltip";
import { COLUMNS_PARAMETER } from "../report/figures/panels.ts";
import { inkParameter } from "../report/figures/theme.ts";
import { scrollBoxClass, specificationAttribute } from "../report/page/live-picture.ts";

/** Pictures are made live this far before they come into view. */
const AHEAD = "400px";

function specificationOf(picture: Element): Spec {
  const id = picture.getAttribute(specificationAttribute)!;
  return JSON.parse(document.getElementById(id)!.textContent!);
}

/** Draws beside the static picture, and takes its place only once drawn. */
async function enliven(picture: Element): Promise<void> {
  const stage = document.createElement("div");
  const runtime: Runtime = parse(specificationOf(picture), undefined, { ast: true });
  const tooltip = new Handler({ disableDefaultStyle: true });
  const view = new View(runtime, {
    expr: expressionInterpreter,
    renderer: "svg",
    container: stage,
    hover: true,
    tooltip: tooltip.call,
  });
  view.signal(inkParameter.name, "currentColor");
  const isTooWide = picture.clientWidth > picture.closest(`.${scrollBoxClass}`)!.clientWidth;
  if (isTooWide) view.signal(COLUMNS_PARAMETER, 1);
  await view.runAsync();
  picture.replaceChildren(stage);
  picture.removeAttribute(specificationAttribute);
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
