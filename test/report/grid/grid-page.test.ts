/** The pages of a grid as a reader meets them: opened from disk, wide and narrow, with texts that mean no good. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gridNames } from "../../../src/core/platform.ts";
import { loadGridAssets } from "../../../src/platform/node/report-assets.ts";
import type { Answer } from "../../../src/report/analysis/analysis.ts";
import { gridCsv } from "../../../src/report/files/grid-csv.ts";
import { figureAddress } from "../../../src/report/grid/addresses.ts";
import { comparisonPage } from "../../../src/report/grid/comparison-page.ts";
import { gridPage } from "../../../src/report/grid/grid-page.ts";
import type { GridRow } from "../../../src/report/grid/grid-row.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

const hostile = "</script><img src=x onerror=alert(1)>";
const scratch = scratchFolder();

const answer = (measure: string, mean: number, verdict: Answer["verdict"]): Answer => {
  return {
    scope: "network",
    measure,
    difference: { mean, repeats: 8, interval: { low: mean - 1, high: mean + 1 } },
    verdict,
  };
};

const cell = (name: string, seed: string, accuracy: number, differences: readonly number[]): GridRow => {
  return {
    name,
    given: { data: hostile, seed },
    state: "done",
    elapsedMs: 1234,
    figures: ["answer"],
    result: {
      accuracy: { mean: accuracy, repeats: 8, interval: { low: accuracy - 0.01, high: accuracy + 0.01 } },
      mode: "mean",
      answers: differences.map((mean, index) => answer(["entropy", hostile][index]!, mean, "better")),
      claims: [{ id: "claim1", statement: hostile, effect: { mean: 1, repeats: 8 }, verdict: "supported" }],
      warnings: [hostile],
      origin: { version: "0.1.0", adapter: hostile, tiles: "plain", data: hostile, sha256: "0".repeat(64) },
    },
  };
};

const rows: readonly GridRow[] = [
  cell("seed-10_a+b_0000000000000001", "10", 0.9, [-0.02, 0.03]),
  cell("seed-9_0000000000000002", "9", 0.95, [0.01]),
  { name: "seed-8_0000000000000003", given: { data: hostile, seed: "8" }, state: "failed", message: hostile },
  { name: "seed-7_0000000000000004", given: { data: hostile, seed: "7" }, state: "missing" },
];

test("grid.csv has a row for each cell, and nothing in it is a number that is not known", () => {
  const [header, ...lines] = [...gridCsv(rows)].join("").trimEnd().split("\n");
  expect(header).toContain("cell,state,data,seed,networks,test_accuracy,");
  expect(header).toContain("network_entropy_difference,network_entropy_difference_low");
  expect(lines).toHaveLength(4);
  expect(lines[1]).toContain(",0.01,-0.99,1.01,,better,,,,,,supported,1.234,");
  expect(lines[3]).toMatch(/^seed-7_0000000000000004,missing,<\/script><img src=x onerror=alert\(1\)>,7,+$/);
});

describe.skipIf(noChromium !== undefined)("the pages of a grid", () => {
  let chromium: TestBrowser;
  beforeAll(async () => {
    const assets = await loadGridAssets();
    const content = { rows, varying: "seed (4)", file: hostile };
    writeFileSync(join(scratch, gridNames.report), await gridPage(content, assets));
    writeFileSync(join(scratch, gridNames.comparison), await comparisonPage(rows, assets));
    for (const { name } of rows.slice(0, 2)) {
      const picture = join(scratch, gridNames.cell(name), "figures/answer.svg");
      mkdirSync(dirname(picture), { recursive: true });
      writeFileSync(
        picture,
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="9" height="9"/></svg>',
      );
    }
    chromium = await launchChromium();
  });
  afterAll(() => chromium?.close());

  async function open(file: string, width: number): Promise<{ readonly page: Page; readonly complaints: string[] }> {
    const page = await chromium.browser.newPage({ viewport: { width, height: 800 } });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => {
      complaints.push("a dialog");
      void dialog.dismiss();
    });
    await page.goto(`${pathToFileURL(join(scratch, gridNames.report)).href.replace(/[^/]+$/, "")}${file}`);
    return { page, complaints };
  }
  const columnOf = (page: Page, index: number) =>
    page.locator(`#cells tbody tr > :nth-child(${index})`).allTextContents();
  const isTooWide = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

  test.each([1280, 390])("show all cells as tables that can be sorted, %i pixels wide", async (width) => {
    const { page, complaints } = await open(gridNames.report, width);
    expect(await isTooWide(page)).toBe(false);
    expect(await columnOf(page, 1)).toEqual(["1", "2", "3", "4"]);
    await page.getByRole("button", { name: "seed" }).first().click();
    expect(await columnOf(page, 2)).toEqual(["7", "8", "9", "10"]);
    await page.locator("#cells").getByRole("button", { name: "accuracy" }).click();
    // What is not known stays at the end.
    expect((await columnOf(page, 5)).slice(0, 2)).toEqual(["0.9000", "0.9500"]);
    await page.locator("#cells").getByRole("button", { name: "accuracy" }).click();
    expect((await columnOf(page, 5)).slice(0, 2)).toEqual(["0.9500", "0.9000"]);
    expect(await page.locator("#failures pre").textContent()).toBe(hostile);
    expect(await page.locator("#differences tbody tr").count()).toBe(2);
    const link = await page.locator("#cells tbody a").first().getAttribute("href");
    expect(link).toMatch(/^cells\/seed-/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each([1280, 390])("set two cells side by side, with their pictures, %i pixels wide", async (width) => {
    const { page, complaints } = await open(`${gridNames.comparison}#a=${encodeURIComponent(rows[1]!.name)}`, width);
    expect(await isTooWide(page)).toBe(false);
    const heads = () => page.locator(".comparison thead th").allTextContents();
    expect(await heads()).toEqual(["2, seed 9", "1, seed 10"]);
    const different = page.locator(".comparison .differs th");
    expect(await different.allTextContents()).toContain("seed");
    expect(await different.allTextContents()).not.toContain("data");
    await page.getByLabel("Second cell").selectOption({ label: "2, seed 9" });
    expect(await heads()).toEqual(["2, seed 9", "2, seed 9"]);
    expect(await different.count()).toBe(0);
    expect(page.url()).toContain(`b=${encodeURIComponent(rows[1]!.name)}`);
    await page.getByLabel("First cell").selectOption({ label: "1, seed 10" });
    const pictures = page.locator(".pair img");
    expect(await pictures.count()).toBe(2);
    await pictures.first().scrollIntoViewIfNeeded();
    const isLoaded = (image: Element) => (image as HTMLImageElement).decode().then(() => true);
    expect(await pictures.first().evaluate(isLoaded)).toBe(true);
    expect(await pictures.first().getAttribute("src")).toBe(figureAddress(rows[0]!.name, "answer"));
    expect(complaints).toEqual([]);
    await page.close();
  });
});
