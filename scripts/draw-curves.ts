/**
 * Draws the accuracy curves of a result folder (study.md figures 3 and 4 of the deck) as an SVG:
 *   npx tsx scripts/draw-curves.ts results/mnist docs/figures/accuracy-curves.svg
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { type AblationCurve, RANDOM } from "../src/core/ablation.ts";
import { parseCurvesCsv } from "../src/report/files/curves-file.ts";
import { parseOrdersCsv } from "../src/report/files/orders-file.ts";
import { parseStudyFile } from "../src/report/files/study-file.ts";

const [folder, target] = process.argv.slice(2);
if (folder === undefined || target === undefined) throw new Error("usage: draw-curves.ts RESULTS FILE.svg");
const text = (name: string) => readFileSync(join(folder, name), "utf8");
const study = parseStudyFile(text("study.json"));
const orders = parseOrdersCsv(text("orders.csv"));
const curves = parseCurvesCsv(text("curves.csv"), { orders, samples: study.dataset.test });

const titles: Readonly<Record<string, string>> = {
  entropy: "Entropy",
  mutual_information: "Mutual information",
  kl_selectivity: "KL selectivity",
  random: "Random",
};
const scopeTitles = (scope: string) =>
  scope === "network" ? "whole network" : scope.replace("layer", "hidden layer ");

interface Point {
  readonly scope: string;
  readonly measure: string;
  readonly first: string;
  readonly removed: number;
  readonly accuracy: number;
}

/** Mean over repeats and draws of the curves of one kind, in mode `mean`. */
function points(): Point[] {
  const kinds = new Map<string, AblationCurve[]>();
  for (const curve of curves.filter(({ mode }) => mode === "mean")) {
    const key = [curve.order.scope, curve.order.measure, curve.order.direction].join();
    kinds.set(key, [...(kinds.get(key) ?? []), curve]);
  }
  return [...kinds.values()].flatMap((kind) => {
    const { order, removed, samples } = kind[0]!;
    const first = order.measure === RANDOM || order.direction === "low" ? "lowest first" : "highest first";
    return Array.from(removed, (count, step) => ({
      scope: scopeTitles(order.scope),
      measure: titles[order.measure] ?? order.measure,
      first,
      removed: count,
      accuracy: kind.reduce((sum, curve) => sum + curve.correct[step]!, 0) / kind.length / samples,
    }));
  });
}

const values = points();
const scopes = [...new Set(values.map(({ scope }) => scope))];
const spec: TopLevelSpec = {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  data: { values },
  background: "white",
  hconcat: scopes.map((scope, index) => ({
    title: scope,
    width: 230,
    height: 220,
    transform: [{ filter: { field: "scope", equal: scope } }],
    mark: { type: "line", strokeWidth: 1.6, clip: true },
    encoding: {
      x: { field: "removed", type: "quantitative", title: "neurons removed" },
      y: {
        field: "accuracy",
        type: "quantitative",
        title: index === 0 ? "test accuracy" : null,
        scale: { domain: [0, 1] },
      },
      color: {
        field: "measure",
        type: "nominal",
        title: "ordered by",
        sort: Object.values(titles),
        // Okabe and Ito's palette: told apart by the colour-blind; random in black.
        scale: { domain: Object.values(titles), range: ["#E69F00", "#0072B2", "#009E73", "#000000"] },
      },
      strokeDash: {
        field: "first",
        type: "nominal",
        title: "removed",
        scale: {
          domain: ["lowest first", "highest first"],
          range: [
            [1, 0],
            [4, 3],
          ],
        },
      },
    },
  })),
};

const view = new View(parse(compile(spec).spec), { renderer: "none" });
const title = "Test accuracy against neurons removed, by measure and scope, mean ablation";
const svg = await view.toSVG();
writeFileSync(target, svg.replace(/^(<svg[^>]*>)/, `$1<title>${title}</title>`));
