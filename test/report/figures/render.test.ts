import { describe, expect, test } from "vitest";
import type { Figure } from "../../../src/report/figures/figure.ts";
import { panelsSpec } from "../../../src/report/figures/panels.ts";
import { compiledSpec, renderInlineSvg, renderSvg, specText } from "../../../src/report/figures/render.ts";
import { ink } from "../../../src/report/figures/theme.ts";

const values = [
  { x: 1 / 3, y: 1 },
  { x: 2 / 3, y: 2 },
];

function figure(id = "figure-9", more: object = {}): Figure {
  const encoding = {
    x: { field: "x", type: "quantitative" },
    y: { field: "y", type: "quantitative" },
    color: { field: "y", type: "quantitative" },
  } as const;
  const layer = [
    { mark: { type: "line", clip: true, color: ink }, encoding },
    { name: "hover_points", mark: "square", encoding, ...more },
  ];
  return {
    id,
    title: 'A "line" < b',
    reading: "It rises.",
    caption: "One line.",
    alternative: "A <line> & more",
    // The type of a specification is too wide for a literal in a test.
    spec: panelsSpec([{ data: { values }, layer } as Parameters<typeof panelsSpec>[0][number]]),
    table: { columns: [], rows: [] },
  };
}

describe("a rendered figure", () => {
  test("has title and description for those who cannot see it, as text", async () => {
    const svg = await renderSvg(figure());
    expect(svg).toContain('<title id="figure-9-title">A &quot;line&quot; &lt; b</title>');
    expect(svg).toContain('<desc id="figure-9-description">A &lt;line> &amp; more</desc>');
    expect(svg).toMatch(/^<svg[^>]* role="img" aria-labelledby="figure-9-title figure-9-description">/);
    expect(svg.match(/ role=| aria-/g)).toHaveLength(2);
  });

  test("is dark on white as a file, and takes the page's colour without ground on a page", async () => {
    const [file, inline] = [await renderSvg(figure()), await renderInlineSvg(figure())];
    expect(file).toMatch(/<rect[^>]*fill="white"/);
    expect(file).toContain('"#1f1f23"');
    expect(file).not.toContain("currentColor");
    expect(inline).not.toMatch(/fill="white"|#1f1f23/);
    expect(inline).toMatch(/<text[^>]*fill="currentColor"/);
  });

  test("leaves out what only answers the pointer, which the live view has", async () => {
    const marks = JSON.stringify(compiledSpec(figure()));
    expect(marks).toContain("hover_points");
    expect(await renderSvg(figure())).not.toContain("mark-symbol");
  });

  test("names clips and gradients after itself, so that pictures on one page do not take each other's", async () => {
    const svg = await renderSvg(figure("figure-8"));
    const names = [...svg.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]!);
    expect(names.filter((name) => name.startsWith("figure-8-paint-")).length).toBeGreaterThan(1);
    expect(names.filter((name) => !name.startsWith("figure-8-"))).toEqual([]);
    const used = [...svg.matchAll(/url\(#([^)]*)\)/g)].map((match) => match[1]!);
    expect(used.length).toBeGreaterThan(1);
    expect(names).toEqual(expect.arrayContaining(used));
    // Whatever was drawn before or is being drawn at the same time.
    expect(await Promise.all([renderSvg(figure("figure-8")), renderSvg(figure())])).toContain(svg);
  });

  test("has coordinates to a hundredth of a pixel", async () => {
    const svg = await renderSvg(figure());
    expect(svg).toMatch(/ d="M/);
    expect(svg).not.toMatch(/ (?:d|transform)="[^"]*\.\d{3}/);
  });

  test("has an entry in its legend for each of any number of series", async () => {
    const values = Array.from({ length: 45 }, (_, x) => ({ x, y: 1, series: `series ${x}` }));
    const encoding = {
      x: { field: "x", type: "quantitative" },
      y: { field: "y", type: "quantitative" },
      color: { field: "series", type: "nominal" },
    } as const;
    const layer = [{ mark: { type: "point" }, encoding }];
    const spec = panelsSpec([{ data: { values }, layer } as Parameters<typeof panelsSpec>[0][number]]);
    const svg = await renderSvg({ ...figure(), spec });
    for (const { series } of values) expect(svg).toContain(`>${series}<`);
  });

  test("is refused where Vega-Lite would warn and draw something else", () => {
    const odd = figure("figure-9", {
      mark: "bar",
      encoding: { x: { field: "x", type: "quantitative" }, shape: { field: "y", type: "nominal" } },
    });
    expect(() => compiledSpec(odd)).toThrow(/a figure cannot be drawn as specified.*shape/s);
  });
});

describe("the text of a specification", () => {
  test("is valid JSON with data and looks, a row of data on a line", () => {
    const text = specText(figure());
    const spec = JSON.parse(text);
    expect(spec.concat[0].data.values).toEqual(values);
    expect(spec).toMatchObject({ $schema: expect.stringContaining("vega-lite/v6"), background: "white" });
    expect(spec.config.axis.labelColor).toEqual({ expr: "ink" });
    expect(text).toContain('{ "x": 0.3333333333333333, "y": 1 }');
  });
});
