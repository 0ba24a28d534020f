/** A study by every registered measure: what is registered appears everywhere by itself, in its unit. */
import { beforeAll, describe, expect, test } from "vitest";
import type { StudyConfig, StudyResults } from "../../src/core/study.ts";
import { summarizeDataset } from "../../src/data/splits/summarize-dataset.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { columnOf } from "../../src/measures/columns.ts";
import { measures } from "../../src/measures/registry.ts";
import { unitWords } from "../../src/measures/units.ts";
import { analyse } from "../../src/report/analysis/analyse.ts";
import type { StudyFiles } from "../../src/report/analysis/analysis.ts";
import { figuresOf } from "../../src/report/figures/figures.ts";
import { seriesColours } from "../../src/report/figures/theme.ts";
import { neuronsCsv, parseNeuronsCsv } from "../../src/report/files/neurons-file.ts";
import { ordersCsv, parseOrdersCsv } from "../../src/report/files/orders-file.ts";
import { tableSections } from "../../src/report/page/table-sections.ts";
import { summaryTable } from "../../src/report/tables/summary-table.ts";
import { runStudy } from "../../src/study/study.ts";
import { tableContent } from "../report/made-up-study.ts";
import { testGpu } from "../support/gpu.ts";
import { withGuessedPace } from "../support/limited-device.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const gpu = await testGpu();
const names = measures.map(({ name }) => name);
const provenance = {
  package: "0",
  node: "0",
  dawn: "0",
  adapter: gpu.facts,
  started: "2026-01-01T00:00:00Z",
  elapsedMs: {},
};

async function results(measured: readonly string[], changes: Partial<StudyConfig> = {}): Promise<StudyResults> {
  const config = { ...tinyConfig, stride: 4, randomDraws: 1, measures: measured, ...changes };
  const outcome = await runStudy(new Devices(gpu), tinyDataset, config, () => 0);
  return { config, dataset: summarizeDataset(tinyDataset), provenance, ...outcome };
}

let all: StudyResults;
beforeAll(async () => {
  all = await results(names);
}, 120_000);

const textOf = (study: StudyResults) => [...neuronsCsv(study.neurons)].join("");

describe("a study by every measure", () => {
  test("has a column for each, which reads back as it was", () => {
    const header = textOf(all).split("\n")[0]!.split(",");
    expect(header.filter((column) => measures.some(({ id }) => columnOf(id) === column))).toEqual(
      measures.map(({ id }) => columnOf(id)),
    );
    for (const [index, table] of parseNeuronsCsv(textOf(all)).entries()) {
      expect(table.measures).toEqual(all.neurons[index]!.measures);
      expect(table.standardErrors).toEqual(all.neurons[index]!.standardErrors);
    }
  });

  test("has standard errors behind the measures that are sampled", () => {
    const sampled = measures.filter(({ standardError }) => standardError !== undefined).map(({ id }) => id);
    expect(sampled).toEqual(["shapley_zero", "shapley_mean", "shapley_network_zero", "shapley_network_mean"]);
    for (const { standardErrors } of all.neurons) expect(Object.keys(standardErrors!)).toEqual(sampled);
    const columns = sampled.flatMap((id) => [columnOf(id), `${columnOf(id)}_standard_error`]);
    expect(textOf(all).split("\n")[0]).toContain(columns.join(","));
  });

  test("has low and high orders by each, and the networks, orders and curves that it has without the others", async () => {
    const scopes = new Set(all.orders.map(({ scope }) => scope)).size;
    expect(all.orders).toHaveLength(all.config.repeats * scopes * (2 * measures.length + 1));
    const paper = await results(tinyConfig.measures);
    const ids = Object.keys(paper.neurons[0]!.measures);
    const isOfPaper = ({ measure }: { measure: string }) => ids.includes(measure) || measure === "random";
    expect(all.repeats).toEqual(paper.repeats);
    expect(all.orders.filter(isOfPaper)).toEqual(paper.orders);
    expect(all.curves.filter(({ order }) => isOfPaper(order))).toEqual(paper.curves);
    for (const [index, table] of paper.neurons.entries()) {
      for (const id of ids) expect(all.neurons[index]!.measures[id]).toEqual(table.measures[id]);
    }
  });

  test("has only what is asked for", async () => {
    const one = await results([names.at(-1)!]);
    const { id } = measures.at(-1)!;
    expect(one.neurons.map((table) => Object.keys(table.measures))).toEqual([[id], [id]]);
    expect([...new Set(one.orders.map(({ measure }) => measure))]).toEqual([id, "random"]);
    expect(textOf(one).split("\n")[0]).not.toContain("entropy");
  });

  test("tells how far measuring is where it takes sweeps", async () => {
    const config = { ...tinyConfig, hidden: [10], measures: ["shapley-zero", "shapley-mean"], randomDraws: 0 };
    const done: number[] = [];
    await runStudy(new Devices(gpu), tinyDataset, config, () => 0, {
      onProgress: (event) => event.stage === "measure" && done.push(event.done),
    });
    expect([...done].sort((a, b) => a - b)).toEqual(done);
    expect([done[0], done.at(-1)]).toEqual([0, config.repeats]);
    expect(done).toContain(config.repeats / 2);
    expect(done.length).toBeGreaterThan(4);
  });

  test("has an order by each sequence that is asked for, in layers and in the whole network, and a curve in each mode", async () => {
    const study = await results(["entropy", "greedy-mean"]);
    const found = study.orders.filter(({ measure }) => measure === "greedy_mean");
    expect(found.map(({ repeat, scope, direction }) => [repeat, scope, direction])).toEqual(
      [0, 1].flatMap((repeat) => ["layer1", "layer2", "network"].map((scope) => [repeat, scope, "low"])),
    );
    expect(found.map(({ neurons }) => neurons.length)).toEqual([7, 5, 12, 7, 5, 12]);
    expect(study.curves.filter(({ order }) => order.measure === "greedy_mean")).toHaveLength(2 * found.length);
    expect(textOf(study)).not.toContain("greedy");
    const { neurons, orders, curves, singles } = study;
    const analysis = analyse({ label: "searched", neurons, orders, curves, singles, missing: [] });
    expect(analysis.measures).toEqual(["entropy", "greedy_mean"]);
    const page = tableSections([analysis]).map(({ content }) => content.text);
    expect(page.join("")).toContain("Greedy (mean)");
  });

  test("has orders by measures that are computed anew, in each mode, and a curve of each in each mode", async () => {
    const study = await results(["entropy", "single-zero"], { remeasure: 4 });
    const ids = ["entropy_remeasured_zero", "entropy_remeasured_mean", "single_zero_remeasured_zero"];
    const found = study.orders.filter(({ measure }) => ids.includes(measure));
    expect([...new Set(study.orders.map(({ measure }) => measure))]).toEqual([
      "entropy",
      "single_zero",
      ...ids,
      "random",
    ]);
    expect(found.map(({ scope, direction }) => [scope, direction])).toEqual(
      [0, 1].flatMap(() => ["layer1", "layer2", "network"].flatMap((scope) => ids.map(() => [scope, "low"]))),
    );
    expect(study.curves.filter(({ order }) => ids.includes(order.measure))).toHaveLength(2 * found.length);
    // Until something is removed the measures rank as they do once.
    const low = study.orders.find(({ measure, direction }) => measure === "entropy" && direction === "low")!;
    expect(found[0]!.neurons.slice(0, 4)).toEqual(low.neurons.slice(0, 4));
    expect(parseOrdersCsv([...ordersCsv(study.orders)].join(""))).toEqual(study.orders);
    const { neurons, orders, curves, singles } = study;
    const analysis = analyse({ label: "remeasured", neurons, orders, curves, singles, missing: [] });
    const page = tableSections([analysis]).map(({ content }) => content.text);
    expect(page.join("")).toContain("Entropy, remeasured (zero)");
  });

  test("tells how far searches are, after the sweeps, and never that less is done than before", async () => {
    const config = { ...tinyConfig, hidden: [10], randomDraws: 0, remeasure: 2 };
    const done: number[] = [];
    const measured = ["shapley-zero", "greedy-zero", "fisher-quadratic-zero"];
    // How many are searched for at once, and told of, hangs on how fast the device is.
    await runStudy(new Devices(withGuessedPace(gpu)), tinyDataset, { ...config, measures: measured }, () => 0, {
      onProgress: (event) => event.stage === "measure" && done.push(event.done),
    });
    expect([...done].sort((a, b) => a - b)).toEqual(done);
    const { repeats } = config;
    // Half for sweeps, a quarter for searches of 10 neurons in two scopes of two networks, a quarter for 5 rounds of rankings.
    expect(done.filter((one) => one > repeats / 2 && one <= (3 * repeats) / 4)).toHaveLength(2 * 2 * 10);
    expect(done.filter((one) => one > (3 * repeats) / 4)).toHaveLength(5 + 1);
    expect(done.at(-1)).toBe(repeats);
  });

  test("removes greedily in blocks as it is asked: all at once is the order by single removals", async () => {
    const { orders } = await results(["single-zero", "greedy-zero"], { greedyBlock: 12 });
    const neuronsOf = (id: string) =>
      orders
        .filter(({ measure, direction, scope }) => measure === id && direction === "low" && scope !== "network-ranked")
        .map(({ neurons }) => neurons);
    expect(neuronsOf("greedy_zero")).toEqual(neuronsOf("single_zero"));
    expect(neuronsOf("greedy_zero")).toHaveLength(6);
  });

  test("is reported with each measure in its unit and a colour of its own", () => {
    const { config, dataset, repeats, neurons, orders, curves, singles } = all;
    const study = { version: 1, config, dataset, provenance, repeats } as unknown as NonNullable<StudyFiles["study"]>;
    const files: StudyFiles = { label: "all", study, neurons, orders, curves, singles, missing: [] };
    const analysis = analyse(files);
    expect(analysis.measures).toEqual(measures.map(({ id }) => id));
    const figures = figuresOf(analysis, files);
    for (const id of ["figure-2", "figure-5"]) {
      const text = JSON.stringify(figures.find((figure) => figure.id === id)!.spec);
      for (const { title, unit } of measures) {
        expect(text, id).toContain(title);
        expect(text, id).toContain(`"title":"${unitWords[unit].axis}"`);
      }
    }
    const { range } = seriesColours(analysis.measures);
    expect(new Set(range.map((colour) => JSON.stringify(colour))).size).toBe(measures.length + 1);
    const page = tableSections([analysis])
      .map(({ content }) => content.text)
      .join("");
    const table = summaryTable(tableContent(all)).replaceAll(/\s+/g, " ");
    for (const { id, title, unit } of measures) {
      expect(page).toContain(title);
      expect(page).toContain(unitWords[unit].phrase);
      expect(table).toContain(id);
      expect(table).toContain(unitWords[unit].phrase);
    }
  });
});
