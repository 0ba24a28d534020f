/** Two neurons on the page, and all pairs of a layer: by pointer, by keyboard, on a phone, in the dark, and without a GPU. */
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabRequest } from "../../../web/engine/protocol.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { root } from "../../support/command-line.ts";
import { accessibilityFaults, expectNoSidewaysScroll, openPage, phone } from "../support/lab-page.ts";
import { madeUpLayerPairs, madeUpPair } from "../support/made-up-pairs.ts";
import { correctWithout } from "../support/made-up-study.ts";
import { type ScriptedServer, serveScriptedPage } from "../support/scripted-server.ts";

const pictures = join(root, "out/lab-pictures");

describe.skipIf(noChromium !== undefined)("a visitor of the lab looks at", () => {
  let chromium: TestBrowser;
  let server: ScriptedServer;
  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    [chromium, server] = await Promise.all([launchChromium(), serveScriptedPage()]);
  });
  afterAll(async () => {
    await chromium.close();
    server.close();
  });

  const opened = async (options: Parameters<typeof openPage>[2] = {}, query = "") => {
    const watched = await openPage(chromium.browser, `${server.address}${query}`, options);
    await watched.page.locator("[data-row]").first().waitFor();
    const end = async () => {
      expect(watched.complaints).toEqual([]);
      await watched.page.context().close();
    };
    return { page: watched.page, end };
  };
  const cell = (page: Page, row: number) => page.locator(`[data-row="${row}"]`);
  const requests = (page: Page, type: LabRequest["type"]) =>
    page.evaluate((wanted) => window.engine.requests.filter((request) => request.type === wanted), type);
  const title = (page: Page) => page.locator("#neuron-title").innerText();
  const picture = (page: Page, name: string) =>
    page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

  test("two neurons: by Shift and a click, by the tool, by Shift and arrows; a click without goes back to one", async () => {
    const { page, end } = await opened();
    await cell(page, 4).click();
    await cell(page, 17).click({ modifiers: ["Shift"] });
    expect(await title(page)).toBe("Layer 1, neurons 4 and 17");
    await page.keyboard.press("Shift+ArrowRight");
    expect(await title(page)).toBe("Layer 1, neurons 4 and 18");
    expect(await page.locator(".cell.partner").getAttribute("data-row")).toBe("18");
    await page.locator(".choice-option", { hasText: /^Pair$/ }).click();
    await cell(page, 130).click();
    expect(await title(page)).toBe("Neuron 4 of layer 1 and 30 of layer 2");
    expect((await requests(page, "pair")).at(-1)).toMatchObject({
      mode: "mean",
      neurons: [
        { layer: 1, neuron: 4 },
        { layer: 2, neuron: 30 },
      ],
    });
    await page.locator(".choice-option", { hasText: "Look" }).click();
    await cell(page, 9).click();
    expect(await title(page)).toBe("Layer 1, neuron 9");
    expect(await page.locator(".cell.partner").count()).toBe(0);
    await end();
  });

  test("what they know together, by every decomposition, by class, and what their removal costs beyond the sum", async () => {
    const { page, end } = await opened();
    await cell(page, 4).click();
    await cell(page, 5).click({ modifiers: ["Shift"] });
    const neurons = [
      { layer: 1, neuron: 4 },
      { layer: 1, neuron: 5 },
    ] as const;
    const pair = madeUpPair({ type: "pair", sequence: 0, repeat: 0, mode: "mean", neurons }, [100, 100]);
    const facts = page.locator(".parts .facts");
    await facts.waitFor();
    for (const [id, { redundancy, synergy }] of Object.entries(pair.parts)) {
      await page.getByLabel("Decomposition").selectOption(id);
      const text = (await facts.innerText()).replaceAll("\u2212", "-");
      for (const bits of [redundancy, synergy, pair.jointInformation, pair.chanceInformation])
        expect(text).toContain(`${bits.toFixed(3).replace(/^-(0\.000)$/, "$1")} bit`);
    }
    const [both, one] = [pair.both[3]!, pair.ones[0][3]! - pair.both[3]!];
    await page.getByTitle(`3: both ${both}, only neuron 4 ${one}`).waitFor();
    const costs = neurons.map((neuron) => (1900 - correctWithout([neuron], "mean")) / 20);
    const rows = await page.locator(".pair-removal tbody").innerText();
    expect(rows).toContain(`sum of the two\t${(costs[0]! + costs[1]!).toFixed(2)}\t0.0000`);
    expect(rows).toContain("beyond the sum\t+0.05\t+0.0500");
    await page.getByRole("button", { name: "Remove both" }).click();
    expect((await requests(page, "evaluate")).at(-1)).toMatchObject({ removed: neurons });
    await page.locator(".choice-option", { hasText: "zero" }).click();
    expect((await requests(page, "pair")).at(-1)).toMatchObject({ mode: "zero" });
    await picture(page, "pair-1280");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.locator(".neuron").getByRole("button", { name: "Close" }).click();
    expect(await title(page)).toBe("Layer 1, neuron 4");
    await end();
  });

  const pairsOf = (layer: number, decomposition: string) =>
    madeUpLayerPairs({ type: "layerPairs", sequence: 0, repeat: 0, layer, decomposition }, [100, 100]);
  const show = async (page: Page) => {
    await page.locator(".choice-option", { hasText: "Pairs" }).click();
    await page.locator("#pairs").waitFor();
  };

  test("all pairs of a layer: the pointer names one, a click looks at it, keys too, and it is saved", async () => {
    const { page, end } = await opened();
    expect(await requests(page, "layerPairs")).toEqual([]);
    await show(page);
    expect(await requests(page, "layerPairs")).toMatchObject([{ repeat: 0, layer: 1, decomposition: "broja" }]);
    const pairs = pairsOf(1, "broja");
    const { redundancy: order } = pairs.order;
    const drawing = page.locator("#pairs image");
    const { width } = (await drawing.boundingBox())!;
    const at = (row: number, column: number) => ({
      x: ((column + 0.5) * width) / 100,
      y: ((row + 0.5) * width) / 100,
    });
    const box = page.locator(".matrix");
    await box.hover({ position: at(30, 70) });
    await page.locator(".charts [role=status]", { hasText: `Neurons ${order[30]} and ${order[70]}:` }).waitFor();
    await box.click({ position: at(12, 3) });
    expect(await title(page)).toBe(`Layer 1, neurons ${order[12]} and ${order[3]}`);
    expect(await page.locator(".matrix-chosen").count()).toBe(2);
    // From the pair that is looked at, which the first key shows.
    await page.mouse.move(0, 0);
    await box.focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Shift+ArrowRight", "Enter"])
      await page.keyboard.press(key);
    expect(await title(page)).toBe(`Layer 1, neurons ${order[14]} and ${order[13]}`);
    await picture(page, "matrix-1280");
    expect(await accessibilityFaults(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "SVG" }).click(),
    ]);
    const svg = await readFile((await download.path())!, "utf8");
    expect(svg).toContain("Redundancy of all pairs of neurons of layer 1, BROJA");
    expect(svg).toContain('href="data:image/png;base64,');
    await end();
  });

  test("another value, layer or decomposition of the pairs; only the last two are asked for", async () => {
    const { page, end } = await opened();
    await show(page);
    const before = await page.locator("#pairs image").getAttribute("href");
    await page.locator(".choice-option", { hasText: "Synergy" }).click();
    await page.locator("#pairs title", { hasText: "Synergy of the 4950 pairs" }).waitFor({ state: "attached" });
    expect(await page.locator("#pairs image").getAttribute("href")).not.toBe(before);
    expect(await requests(page, "layerPairs")).toHaveLength(1);
    await page.locator(".charts").getByLabel("Layer").selectOption("2");
    await page.locator(".charts").getByLabel("By", { exact: true }).selectOption("sx");
    await page.locator("#pairs title", { hasText: "of layer 2" }).waitFor({ state: "attached" });
    expect((await requests(page, "layerPairs")).slice(1)).toMatchObject([
      { layer: 2, decomposition: "broja" },
      { layer: 2, decomposition: "sx" },
    ]);
    const pairs = pairsOf(2, "sx");
    const most = pairs.values.synergy.reduce((best, bits) => Math.max(best, bits));
    expect(await page.locator(".largest-pairs li").first().innerText()).toContain(`${most.toFixed(3)} bit`);
    await picture(page, "matrix-sx-1280");
    await end();
  });

  test("both on a phone in the dark, where nothing is wider than the page", async () => {
    const { page, end } = await opened({ viewport: phone, colorScheme: "dark", hasTouch: true });
    await page.locator(".choice-option", { hasText: /^Pair$/ }).tap();
    await cell(page, 5).tap();
    await page.locator(".pair-removal").waitFor();
    await show(page);
    await page.locator(".matrix").tap({ position: { x: 40, y: 90 } });
    await page.locator(".matrix-chosen").first().waitFor();
    await expectNoSidewaysScroll(page);
    await picture(page, "pairs-390");
    expect(await accessibilityFaults(page)).toEqual([]);
    await end();
  });

  test("neither without a GPU, and is told what is missing", async () => {
    const { page, end } = await opened({}, "?adapter=missing");
    await cell(page, 5).click({ modifiers: ["Shift"] });
    await page
      .getByText("What two neurons know together is counted on a GPU, and it takes WebGPU to compute it.")
      .waitFor();
    await page.locator(".choice-option", { hasText: "Pairs" }).click();
    await page.getByText("The pairs of a layer are counted on a GPU, and it takes WebGPU to compute it.").waitFor();
    expect([...(await requests(page, "pair")), ...(await requests(page, "layerPairs"))]).toEqual([]);
    await end();
  });
});
