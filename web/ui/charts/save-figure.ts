/** A drawing of the page as a file of its own: SVG with its styles written in, or PNG at twice the size. */
import type { FigureCaption } from "../state/figure-caption.ts";
import { captionedFigure } from "./captioned-figure.ts";

/** What of the style sheet a picture needs. */
const written = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linejoin",
  "stroke-linecap",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
] as const;

const PNG_SCALE = 2;

/** The drawing as text. Its background is the page's, so that its colours are seen as they were chosen. */
function svgText(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const originals = [drawing, ...drawing.querySelectorAll<SVGElement>("*")];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  originals.forEach((original, index) => {
    const style = getComputedStyle(original);
    const element = copies[index]!;
    element.removeAttribute("class");
    element.removeAttribute("style");
    for (const property of written) element.setAttribute(property, style.getPropertyValue(property));
  });
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.insertBefore(ground, copy.firstChild);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

async function pngOf(drawing: SVGSVGElement): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(drawing))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = drawing.clientWidth * PNG_SCALE;
  canvas.height = drawing.clientHeight * PNG_SCALE;
  const context = canvas.getContext("2d")!;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob === null ? reject(new Error("the picture is empty")) : resolve(blob)), "image/png"),
  );
}

export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the address by the next task.
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

export async function saveFigure(id: string, format: "svg" | "png", caption: FigureCaption): Promise<void> {
  const figure = captionedFigure(document.getElementById(id) as unknown as SVGSVGElement, caption);
  try {
    const content = format === "svg" ? new Blob([svgText(figure)], { type: "image/svg+xml" }) : await pngOf(figure);
    download(`${id}.${format}`, content);
  } finally {
    figure.remove();
  }
}
