/** What may import what, and where the platform may show: the table of docs/ARCHITECTURE.md, held. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { layerKinds } from "../src/core/layers/registry.ts";

const pipeline = [
  "core",
  "formats",
  "data",
  "models",
  "measures",
  "pairs",
  "gpu",
  "passes",
  "train",
  "ablation",
  "reference",
  "report",
];
/** Folder of src, or a file at its top: which others it may import. Files that are not named compose: they may import all. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  formats: ["core"],
  data: ["core", "formats"],
  models: ["core", "formats"],
  measures: ["core"],
  pairs: ["core", "measures"],
  reference: ["core"],
  report: ["core", "measures", "models", "pairs"],
  gpu: ["core"],
  passes: ["core", "gpu"],
  tuning: ["core", "gpu", "passes"],
  train: ["core", "data", "gpu", "passes"],
  ablation: ["core", "measures", "pairs", "gpu", "passes"],
  platform: ["core", "data", "formats", "models"],
  "page-assets": ["report"],
  "measure-networks.ts": pipeline,
  pruning: [...pipeline, "measure-networks.ts"],
  bench: [...pipeline, "tuning", "measure-networks.ts"],
  host: ["core", "data", "gpu", "models", "passes", "platform", "study", "tuning", "analyze.ts"],
  cli: [
    ...pipeline,
    "tuning",
    "host",
    "pruning",
    "bench",
    "platform",
    "measure-networks.ts",
    "plan.ts",
    "study",
    "estimate.ts",
    "estimate-trial.ts",
    "budget.ts",
    "analyze.ts",
  ],
  "plan.ts": [...pipeline, "measure-networks.ts"],
  "remeasure-networks.ts": [...pipeline, "measure-networks.ts"],
  "measure-groups.ts": [...pipeline, "measure-networks.ts"],
  study: [...pipeline, "measure-networks.ts", "measure-groups.ts", "remeasure-networks.ts", "plan.ts"],
  "estimate.ts": [
    ...pipeline,
    "measure-networks.ts",
    "measure-groups.ts",
    "plan.ts",
    "estimate-orders.ts",
    "estimate-trial.ts",
  ],
  "estimate-orders.ts": [...pipeline, "measure-networks.ts", "remeasure-networks.ts", "estimate-trial.ts"],
  "estimate-trial.ts": ["core", "gpu", "passes"],
  "budget.ts": ["core", "measures", "estimate-trial.ts"],
  "analyze.ts": [...pipeline, "study"],
  "library-options.ts": [...pipeline, "pruning", "measure-networks.ts"],
  "library.ts": [
    ...pipeline,
    "pruning",
    "platform",
    "host",
    "analyze.ts",
    "estimate.ts",
    "budget.ts",
    "library-options.ts",
  ],
  "index.ts": [
    ...pipeline,
    "pruning",
    "platform",
    "host",
    "measure-networks.ts",
    "analyze.ts",
    "library.ts",
    "library-options.ts",
  ],
};
const folders = Object.keys(mayImport).filter((place) => !place.endsWith(".ts"));
/** Where Node's modules and globals may show. */
const knowsNode = (path: string) => /^(platform\/node\/|host\/|cli)/.test(path);
/** What reads arguments and draws progress: for the command line alone, so that the library does not load it. */
const isOfCommandLine = (name: string) => name === "commander" || name === "cli-progress";
/** The lab and its worker run in a browser: all of src but what knows Node. */
const runsInBrowser = (path: string) => path.startsWith("../web/");
/** What draws on a page: the lab, and the script of a report. */
const isPage = (path: string) => runsInBrowser(path) || path.startsWith("page-assets/");

/**
 * Math's functions that the standard leaves to the implementation, and powers of anything but 2 and 4. Those of
 * core/elementary.ts are the same everywhere.
 */
const leftOpen =
  /\bMath\.(?:a?(?:sin|cos|tan)h?|atan2|cbrt|exp|expm1|hypot|log|log10|log1p|log2|pow)\b|(?<!\b[24]n?) \*\* /;
/** What neither files nor verdicts hang on: references and times, a comparison with a tolerance, a pointer's way. */
const mayRound = (path: string) =>
  /^(reference|bench)\/|^models\/onnx\/pointwise-pattern\.ts$|^\.\.\/web\/ui\/charts\//.test(path);

const src = resolve(import.meta.dirname, "../src");

/** Every TypeScript file below a folder that is given relative to src: path relative to src, to text. */
function sources(folder: string): Map<string, string> {
  const names = readdirSync(join(src, folder), { recursive: true, encoding: "utf8" });
  const paths = names.filter((name) => /\.tsx?$/.test(name)).map((name) => join(folder, name));
  return new Map(paths.map((path) => [path.replaceAll("\\", "/"), readFileSync(join(src, path), "utf8")]));
}

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*/g, "");

/** What the file imports, re-exports or loads: paths below src (`core/network.ts`) or package names. */
function importsOf(path: string, code: string): string[] {
  const specifiers = [...code.matchAll(/\b(?:from|import)\s*\(?\s*["']([^"']+)["']/g)].map((match) => match[1]!);
  return specifiers.map((name) => (name.startsWith(".") ? relative(src, resolve(src, dirname(path), name)) : name));
}

/** Calls that take any number of values. */
const takesMany =
  /\.(?:push|unshift|splice|concat|apply)\(|\bMath\.(?:max|min|hypot)\(|\bString\.from\w+\(|\bArray\.of\(/g;

/** The first such call whose values are an array's: on the stack, which some 125,000 of them overflow. */
function spreadCall(code: string): string | undefined {
  for (const { 0: call, index } of code.matchAll(takesMany)) {
    let depth = 1;
    for (let at = index + call.length; at < code.length && depth > 0; at++) {
      if (depth === 1 && code.startsWith("...", at)) return call.slice(0, -1);
      if ("([{".includes(code[at]!)) depth++;
      if (")]}".includes(code[at]!)) depth--;
    }
    if (call === ".apply(") return ".apply";
  }
  return undefined;
}

/** Where the widths of a dense layer are known: its kind, its kernels, and their twins. */
const knowsDense = (path: string) => /^(core|gpu)\/layers\/|^(gpu\/kernels|reference)\//.test(path);
/** Tables of text, and the lab's list of layers, have widths of their own. */
const hasColumns = (path: string) => /^report\/tables\/|^\.\.\/web\/ui\//.test(path);
/** A layer taken apart into inputs and outputs, or a list of widths indexed. */
const takesLayersApart = [
  /\{[^{}]*\b(?:inputs\b[^{}]*\boutputs|outputs\b[^{}]*\binputs)\b[^{}]*\}\s*(?:=(?![=>])|:|(?:,[^()]*)?\)\s*(?::[^=]*)?=>)/,
  /\blayers(?:\[[^\]]*\]!?|\.at\([^)]*\)!?)\.(?:inputs|outputs)\b/,
  /\blayers(?:\.slice\([^)]*\))?\.(?:map|flatMap|reduce)\(\(?(?:\w+, )?\{ (?:inputs|outputs)\b/,
  /\bwidths(?:\[|\.(?:at|slice)\b)/,
];
/** Whether code asks what kind a layer is. Readers do, of the steps that they find. */
const asksForKind = new RegExp(`["'](?:${Object.keys(layerKinds).join("|")})["']`);

const spreadInto = (call: string) => `spreads an array into ${call}: see core/long-arrays.ts`;

/** All breaches of the rules by one file, as sentences. */
function breaches(path: string, text: string): string[] {
  const code = withoutComments(text);
  const place = path.split("/")[0]!;
  const found: string[] = [];
  for (const imported of importsOf(path, code)) {
    const target = imported.split("/")[0]!;
    const inside = folders.includes(target) || imported.endsWith(".ts");
    const allowed = mayImport[place];
    if (inside && allowed !== undefined && target !== place && !allowed.includes(target))
      found.push(`${path} imports ${imported}`);
    if (!inside && place === "core") found.push(`${path} imports the package ${imported}`);
    if (imported.startsWith("node:") && !knowsNode(path)) found.push(`${path} imports ${imported}`);
    if (runsInBrowser(imported) && !runsInBrowser(path)) found.push(`${path} imports ${imported}`);
    if (runsInBrowser(path) && knowsNode(imported)) found.push(`${path} imports ${imported}`);
    if (path.startsWith("platform/") && !path.startsWith("platform/node/") && knowsNode(imported))
      found.push(`${path} imports ${imported}`);
    if (imported === "webgpu" && place !== "platform") found.push(`${path} imports webgpu`);
    if (isOfCommandLine(imported) && !path.startsWith("cli")) found.push(`${path} imports ${imported}`);
  }
  if (!knowsNode(path) && /\bprocess\s*(\?\.|[.[])|\bBuffer\s*[.(]/.test(code))
    found.push(`${path} uses process or Buffer`);
  if (!isPage(path) && /\bdocument\s*(\?\.|[.[])/.test(code)) found.push(`${path} uses the page`);
  if (/\bMath\.random\b/.test(code)) found.push(`${path} uses Math.random`);
  if (!mayRound(path) && leftOpen.test(code)) found.push(`${path} uses what ECMAScript leaves to the implementation`);
  if (!knowsDense(path) && !hasColumns(path) && takesLayersApart.some((form) => form.test(code)))
    found.push(`${path} takes a layer apart: see core/layers/network-shape.ts`);
  if (!knowsDense(path) && place !== "models" && asksForKind.test(code))
    found.push(`${path} asks which kind a layer is: see core/layers/layer-kind.ts`);
  const spread = spreadCall(code);
  if (spread !== undefined) found.push(`${path} ${spreadInto(spread)}`);
  if (/(^|[/-])(utils?|helpers?|common)([./-]|$)/.test(path)) found.push(`${path} has a name that says nothing`);
  const lines = text.split("\n").length - 1;
  if (lines > 400 && !path.includes("generated/")) found.push(`${path} has ${lines} lines`);
  return [...new Set(found)]; // some breaches are of two rules
}

/** The first circle of imports that is found, types included: paths, the last one the first again; empty where there is none. */
function circle(files: ReadonlyMap<string, string>): string[] {
  const done = new Set<string>();
  const found = (path: string, way: readonly string[]): string[] => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    const text = files.get(path);
    if (text === undefined || done.has(path)) return [];
    for (const imported of importsOf(path, withoutComments(text))) {
      const closed = found(imported.replaceAll("\\", "/"), [...way, path]);
      if (closed.length > 0) return closed;
    }
    done.add(path);
    return [];
  };
  for (const path of files.keys()) {
    const closed = found(path, []);
    if (closed.length > 0) return closed;
  }
  return [];
}

const takenApart = "takes a layer apart: see core/layers/network-shape.ts";

describe("the source", () => {
  test("keeps to the table of imports and the rules beside it", () => {
    const files = new Map([...sources("."), ...sources("../web")]);
    expect(files.size).toBeGreaterThan(100);
    expect(files.has("../web/engine/worker.ts")).toBe(true);
    expect([...files].flatMap(([path, text]) => breaches(path, text))).toEqual([]);
  });

  test("and the scripts beside it spread no array into a call that takes many values", () => {
    const spreading = [...sources("../scripts")].filter(([, text]) => spreadCall(withoutComments(text)) !== undefined);
    expect(spreading.map(([path]) => path)).toEqual([]);
  });

  test("has no circle of imports", () => {
    expect(circle(new Map([...sources("."), ...sources("../web")]))).toEqual([]);
  });

  test("would be refused for a circle, of types too", () => {
    const planted: [string, string][] = [
      ["core/a.ts", 'import { b } from "./b.ts";\nimport type { C } from "./folder/c.ts";'],
      ["core/b.ts", 'export const b = 1;\n// import { a } from "./a.ts";'],
      ["core/folder/c.ts", 'import { b } from "../b.ts";'],
    ];
    expect(circle(new Map(planted))).toEqual([]);
    const back: [string, string] = ["core/b.ts", 'export type {\n  C,\n} from "./folder/c.ts";'];
    expect(circle(new Map([...planted, back]))).toEqual(["core/b.ts", "core/folder/c.ts", "core/b.ts"]);
    const byUse: [string, string] = ["core/b.ts", 'type A = import("./a.ts").A;'];
    expect(circle(new Map([...planted, byUse]))).toEqual(["core/a.ts", "core/b.ts", "core/a.ts"]);
    const itself: [string, string] = ["core/b.ts", 'import { b } from "./b.ts";'];
    expect(circle(new Map([...planted, itself]))).toEqual(["core/b.ts", "core/b.ts"]);
  });

  test("has every folder of the table, and no folder beside it", () => {
    const present = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(present.map(({ name }) => name).sort()).toEqual([...folders].sort());
  });

  test.each([
    [
      "measures/planted.ts",
      'import { read } from "../gpu/device/device-array.ts";',
      "imports gpu/device/device-array.ts",
    ],
    ["measures/planted.ts", 'export * from "../gpu/device/device-array.ts";', "imports gpu/device/device-array.ts"],
    [
      "measures/planted.ts",
      'const gpu = await import("../gpu/device/device-array.ts");',
      "imports gpu/device/device-array.ts",
    ],
    ["gpu/kernels/planted.ts", 'import type { A } from "../../train/adam.ts";', "imports train/adam.ts"],
    ["ablation/planted.ts", 'import {\n  trainNetworks,\n} from "../train/trainer.ts";', "imports train/trainer.ts"],
    [
      "study/planted.ts",
      'import { openAdapter } from "../platform/node/adapters.ts";',
      "imports platform/node/adapters.ts",
    ],
    ["core/planted.ts", 'import { z } from "zod";', "imports the package zod"],
    ["core/planted.ts", 'import { runStudy } from "../study/study.ts";', "imports study/study.ts"],
    ["report/planted.ts", 'import { readFile } from "node:fs/promises";', "imports node:fs/promises"],
    ["gpu/planted.ts", 'import { create } from "webgpu";', "imports webgpu"],
    ["gpu/planted.ts", "const quiet = process.env;", "uses process or Buffer"],
    ["data/planted.ts", 'const bytes = Buffer.from("a");', "uses process or Buffer"],
    ["train/planted.ts", "const draw = Math.random();", "uses Math.random"],
    ["measures/planted.ts", "const bits = Math.log2(p);", "uses what ECMAScript leaves to the implementation"],
    ["train/planted.ts", "const power = beta ** step;", "uses what ECMAScript leaves to the implementation"],
    ["../web/engine/planted.ts", "const x = Math.tanh(z);", "uses what ECMAScript leaves to the implementation"],
    ["report/planted.ts", "document.title = label;", "uses the page"],
    ["report/planted.ts", 'import "../page-assets/live-figures.ts";', "imports page-assets/live-figures.ts"],
    ["page-assets/planted.ts", 'import { a } from "../core/network.ts";', "imports core/network.ts"],
    ["train/planted.ts", "a.push(...b);", spreadInto(".push")],
    ["train/planted.ts", "a.push(\n  1,\n  ...f(b),\n);", spreadInto(".push")],
    ["train/planted.ts", "const most = Math.max(0, ...values);", spreadInto("Math.max")],
    ["train/planted.ts", "Math.min(...values.map((value) => [value, ...value]));", spreadInto("Math.min")],
    ["train/planted.ts", "const text = String.fromCharCode(...bytes);", spreadInto("String.fromCharCode")],
    ["train/planted.ts", "f.apply(undefined, values);", spreadInto(".apply")],
    ["gpu/gpu-utils.ts", "", "has a name that says nothing"],
    ["passes/planted.ts", "const { inputs, outputs } = layer;", takenApart],
    ["models/planted.ts", "layers.map(({ outputs, inputs, weights }, index) => index);", takenApart],
    ["cli/planted.ts", "function cost({ inputs, outputs }: DenseLayer) {}", takenApart],
    ["train/planted.ts", "const classes = network.layers.at(-1)!.outputs;", takenApart],
    ["pruning/planted.ts", "const left = layers.slice(0, -1).map(({ outputs }) => outputs);", takenApart],
    ["ablation/planted.ts", "const units = widths[lowest + 1]!;", takenApart],
    ["../web/engine/planted.ts", "const hidden = widths.slice(1, -1);", takenApart],
    [
      "passes/planted.ts",
      'if (layer.kind === "dense") pack();',
      "asks which kind a layer is: see core/layers/layer-kind.ts",
    ],
    ["train/planted.ts", 'import { options } from "../cli/options.ts";', "imports cli/options.ts"],
    [
      "host/planted.ts",
      'import type { Parser } from "../cli/options/option-values.ts";',
      "imports cli/options/option-values.ts",
    ],
    ["host/planted.ts", 'import { Option } from "commander";', "imports commander"],
    ["host/planted.ts", 'import { SingleBar } from "cli-progress";', "imports cli-progress"],
    [
      "index.ts",
      'import { tell } from "./cli/display/standard-streams.ts";',
      "imports cli/display/standard-streams.ts",
    ],
    [
      "library.ts",
      'import { tell } from "./cli/display/standard-streams.ts";',
      "imports cli/display/standard-streams.ts",
    ],
    ["library-options.ts", 'import { clock } from "./host/clock.ts";', "imports host/clock.ts"],
    ["study/planted.ts", 'import { clock } from "../host/clock.ts";', "imports host/clock.ts"],
    ["../web/engine/planted.ts", 'import { clock } from "../../src/host/clock.ts";', "imports host/clock.ts"],
    ["platform/browser/planted.ts", 'import { join } from "node:path";', "imports node:path"],
    ["platform/browser/planted.ts", 'import { open } from "../node/dawn.ts";', "imports platform/node/dawn.ts"],
    ["platform/browser/planted.ts", "const at = process.env;", "uses process or Buffer"],
    ["platform/planted.ts", 'import { open } from "./node/dawn.ts";', "imports platform/node/dawn.ts"],
    ["study/planted.ts", 'import { Lab } from "../../web/engine/lab.ts";', "imports ../web/engine/lab.ts"],
    ["cli/planted.ts", 'import { Lab } from "../../web/engine/lab.ts";', "imports ../web/engine/lab.ts"],
    ["../web/engine/planted.ts", 'import { readFile } from "node:fs";', "imports node:fs"],
    [
      "../web/engine/planted.ts",
      'import { a } from "../../src/cli/commands/lab-command.ts";',
      "imports cli/commands/lab-command.ts",
    ],
    ["../web/ui/planted.tsx", 'import { a } from "../../src/platform/node/dawn.ts";', "imports platform/node/dawn.ts"],
    ["../web/ui/planted.tsx", "const draw = Math.random();", "uses Math.random"],
  ])("would be refused if %s held %j", (path, text, breach) => {
    expect(breaches(path, text)).toEqual([`${path} ${breach}`]);
  });

  test("would be refused if a file had more than 400 lines", () => {
    expect(breaches("gpu/planted.ts", "\n".repeat(400))).toEqual([]);
    expect(breaches("gpu/planted.ts", "\n".repeat(401))).toEqual(["gpu/planted.ts has 401 lines"]);
  });

  test("may speak of anything in comments, and compose at the top", () => {
    expect(breaches("gpu/planted.ts", "// Math.random, process.env\n/* Buffer.from */")).toEqual([]);
    expect(breaches("gpu/planted.ts", "const side = 2 ** bits + Math.sqrt(4 ** bits);")).toEqual([]);
    expect(breaches("reference/planted.ts", "const loss = Math.log(total);")).toEqual([]);
    expect(breaches("cli.ts", 'import { runStudy } from "./study/study.ts";\nprocess.exit();')).toEqual([]);
    expect(breaches("study/planted.ts", 'import type { A } from "../train/trainer.ts";')).toEqual([]);
    expect(breaches("../web/engine/planted.ts", 'import { runStudy } from "../../src/study/study.ts";')).toEqual([]);
    expect(breaches("passes/planted.ts", "kernel.bind({ ...parts, inputs: below, outputs });")).toEqual([]);
    expect(breaches("gpu/layers/dense.ts", "const { inputs, outputs } = layer;")).toEqual([]);
    expect(breaches("report/tables/planted.ts", "const width = widths[column]!;")).toEqual([]);
    expect(breaches("gpu/planted.ts", "a.push({ ...b }, [...c], f(...d)); Math.max(x, f(...d));")).toEqual([]);
    expect(breaches("../web/engine/planted.ts", 'import { open } from "../../src/platform/browser/a.ts";')).toEqual([]);
  });
});
