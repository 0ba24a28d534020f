/** A chart as a picture that stands on its own: below its title, and above the legend of its lines or marks. */
import type { FigureCaption, LegendEntry } from "../state/figure-caption.ts";
import { layerShape, markLayer } from "./scatter-chart.tsx";

const SVG = "http://www.w3.org/2000/svg";
/** Pixels. */
const EDGE = 10;
const LINE = { title: 18, note: 15, legend: 18 } as const;
const SWATCH = { size: 10, gap: 6, between: 16 } as const;

type Attributes = Readonly<Record<string, string | number>>;

function element<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Attributes,
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** Lines of text are put below one another, broken between words where the picture ends. @returns the lower end */
function writeText(into: SVGElement, text: string, width: number, top: number, kind: "title" | "note"): number {
  let bottom = top;
  let line: SVGTextElement | undefined;
  for (const word of text.split(" ")) {
    const longer: string = line === undefined ? word : `${line.textContent} ${word}`;
    const before = line?.textContent ?? "";
    if (line !== undefined) line.textContent = longer;
    if (line === undefined || line.getComputedTextLength() > width - 2 * EDGE) {
      if (line !== undefined) line.textContent = before;
      bottom += LINE[kind];
      line = element("text", { class: `figure-${kind}`, x: EDGE, y: bottom - 4 });
      line.textContent = word;
      into.append(line);
    }
  }
  return bottom;
}

function swatchOf(entry: LegendEntry): SVGElement {
  if ("layer" in entry) {
    const states = entry.removed === true ? " removed" : "";
    return element("path", { class: markLayer(entry.layer) + states, d: layerShape(entry.layer) });
  }
  const half = SWATCH.size / 2;
  const attributes = { x: -half, y: -half, width: SWATCH.size, height: SWATCH.size, rx: 2 };
  const square = element("rect", attributes);
  square.style.fill = entry.colour;
  return square;
}

/** Entries in lines as long as the picture is wide. @returns the lower end */
function writeLegend(into: SVGElement, legend: readonly LegendEntry[], width: number, top: number): number {
  let [x, bottom] = [EDGE, top + LINE.legend];
  for (const entry of legend) {
    const group = element("g", {});
    const text = element("text", { class: "figure-legend", x: SWATCH.size / 2 + SWATCH.gap, dy: "0.35em" });
    text.textContent = entry.text;
    group.append(swatchOf(entry), text);
    into.append(group);
    const length = SWATCH.size + SWATCH.gap + text.getComputedTextLength();
    if (x > EDGE && x + length > width - EDGE) [x, bottom] = [EDGE, bottom + LINE.legend];
    group.setAttribute("transform", `translate(${x + SWATCH.size / 2},${bottom - LINE.legend / 2})`);
    x += length + SWATCH.between;
  }
  return bottom;
}

/**
 * A copy of `drawing` with its caption. It stands in the page, unseen, since only there texts have lengths and styles.
 * The caller removes it.
 */
export function captionedFigure(drawing: SVGSVGElement, { title, notes, legend }: FigureCaption): SVGSVGElement {
  const [width, height] = [drawing.clientWidth, drawing.clientHeight];
  const figure = element("svg", { class: "chart unseen", width, role: "img" });
  document.body.append(figure);
  const described = document.createElementNS(SVG, "title");
  described.textContent = [title, drawing.querySelector("title")?.textContent].filter(Boolean).join(". ");
  figure.append(described);
  let top = writeText(figure, title, width, EDGE / 2, "title");
  for (const note of notes) top = writeText(figure, note, width, top, "note");
  const chart = element("g", { transform: `translate(0,${top + EDGE / 2})` });
  for (const child of drawing.children) if (child.tagName !== "title") chart.append(child.cloneNode(true));
  figure.append(chart);
  const bottom = writeLegend(figure, legend, width, top + EDGE / 2 + height) + EDGE / 2;
  figure.setAttribute("height", String(bottom));
  figure.setAttribute("viewBox", `0 0 ${width} ${bottom}`);
  return figure;
}
