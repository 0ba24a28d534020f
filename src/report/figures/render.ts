/** From a figure to pictures and specifications: static SVG for files and pages, Vega for live views, Vega-Lite as text. */
import { logger, parse, type Spec, View, type ViewOptions, Warn } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { jsonText } from "../../core/plain-text.ts";
import type { Figure } from "./figure.ts";
import { COLUMNS_PARAMETER, HOVER_LAYER } from "./panels.ts";
import { figureConfig, inkParameter } from "./theme.ts";

/** A warning of Vega means that a figure is not what it was meant to be, so it is a bug of ours. */
const strictLogger = logger(Warn, undefined, (_method, level, parts) => {
  throw new Error(`a figure cannot be drawn as specified (${level}): ${parts.join(" ")}`);
});

/**
 * The figure compiled to Vega, for a live view on a page: transparent, with the signals `ink` (colour of text and axes)
 * and `panelColumns` (panels a row; 1 for narrow pages).
 */
export function compiledSpec({ spec }: Figure): Spec {
  return compiled(spec);
}

function compiled(spec: TopLevelSpec): Spec {
  const vegaSpec = compile(spec, { config: { ...figureConfig, background: "transparent" }, logger: strictLogger }).spec;
  // Vega-Lite takes only a number here, Vega also a signal.
  return { ...vegaSpec, layout: { ...vegaSpec.layout, columns: { signal: COLUMNS_PARAMETER } } };
}

/** The specification without what only answers the pointer. */
function withoutHover<T>(node: T): T {
  if (Array.isArray(node)) return node.filter((item) => !isHover(item)).map(withoutHover) as T;
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withoutHover(value)])) as T;
}

function isHover(item: unknown): boolean {
  const name = (item as { name?: unknown } | null)?.name;
  return typeof name === "string" && name.startsWith(HOVER_LAYER);
}

/** Evaluates Vega's expressions without making functions from text, for pages whose policy forbids that (vega-interpreter). */
export type ExpressionInterpreter = NonNullable<ViewOptions["expr"]>;

/** For whom a figure is drawn, and how. */
interface Drawing {
  readonly inkColour: string;
  readonly background: string;
  readonly interpreter: ExpressionInterpreter | undefined;
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** Coordinates to a hundredth of a pixel: Vega writes all digits of a float64. */
function shortened(svg: string): string {
  return svg.replaceAll(/ (?:d|transform|x1?|x2|y1?|y2|width|height)="[^"]*"/g, (attribute) =>
    attribute.replaceAll(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2)))),
  );
}

/** One picture with one description: Vega's roles and labels of single marks would be read out one by one. */
function withoutMarkRoles(svg: string): string {
  return svg.replaceAll(/ (?:role="graphics-[a-z]+"|aria-(?:roledescription|label|hidden)="[^"]*")/g, "");
}

/** Clips and gradients named after the figure, as several stand on one page; Vega counts through a whole process. */
function withOwnNames(svg: string, id: string): string {
  const names = new Map<string, string>();
  return svg.replaceAll(/(?<= id="|url\(#)(?:clip|gradient)[^")]*/g, (name) => {
    const own = names.get(name) ?? `${id}-paint-${names.size}`;
    names.set(name, own);
    return own;
  });
}

async function svgOf({ id, title, alternative, spec }: Figure, drawing: Drawing): Promise<string> {
  const { inkColour, background, interpreter } = drawing;
  const runtime = parse(compiled(withoutHover(spec)), undefined, { ast: interpreter !== undefined });
  const expressions = interpreter === undefined ? {} : { expr: interpreter };
  const view = new View(runtime, { renderer: "none", logger: strictLogger, ...expressions });
  view.signal(inkParameter.name, inkColour).background(background);
  const svg = await view.toSVG();
  view.finalize();
  const label = `role="img" aria-labelledby="${id}-title ${id}-description"`;
  const text = `<title id="${id}-title">${escaped(title)}</title><desc id="${id}-description">${escaped(alternative)}</desc>`;
  return withOwnNames(shortened(withoutMarkRoles(svg)), id).replace(
    /^<svg([^>]*)>/,
    (_, attributes: string) => `<svg${attributes} ${label}>${text}`,
  );
}

/** The figure as a file of its own: dark on white. */
export function renderSvg(figure: Figure, interpreter?: ExpressionInterpreter): Promise<string> {
  return svgOf(figure, { inkColour: inkParameter.value, background: "white", interpreter });
}

/** The figure for a page: transparent, with text, axes and random's curve in `currentColor`. */
export function renderInlineSvg(figure: Figure, interpreter?: ExpressionInterpreter): Promise<string> {
  return svgOf(figure, { inkColour: "currentColor", background: "transparent", interpreter });
}

/** Text of the .vl.json file: the Vega-Lite specification with its data and its looks, to be restyled. */
export function specText({ spec }: Figure): string {
  const whole = jsonText({ ...spec, background: "white", config: figureConfig });
  // A row of data on a line. Line breaks within strings are escaped in JSON, so only the layout changes.
  return `${whole.replaceAll(/\{[^{}[\]]*\}/g, (object) => object.replaceAll(/\n\s*/g, " "))}\n`;
}
