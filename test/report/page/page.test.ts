/** The page of a report as a reader meets it: opened from disk in a browser, in both themes, wide, narrow and printed. */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadReportAssets } from "../../../src/platform/node/report-assets.ts";
import type { StudyFiles } from "../../../src/report/analysis/analysis.ts";
import { makeReport } from "../../../src/report/report.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { madeUpStudyFiles } from "../made-up-classes.ts";
import { textOf } from "../made-up-study.ts";

const hostileLabel = "<img src=x onerror=alert(1)>";
const hostileName = "</script><script>alert(2)</script>";
const scratch = scratchFolder();

/** A study whose data set chose its names against the reader. */
const hostileStudy = (label: string): StudyFiles =>
  madeUpStudyFiles(label, { hidden: [12, 10] }, { name: hostileName, classNames: [hostileLabel, "b", '"c"'] });

async function writePage(name: string, studies: readonly StudyFiles[]): Promise<string> {
  const files = await makeReport(studies, await loadReportAssets());
  const path = join(scratch, name);
  await writeFile(path, textOf(files.find((file) => file.name === "report.html")!.chunks));
  return path;
}

interface OpenOptions {
  readonly dark?: boolean;
  readonly size?: { readonly width: number; readonly height: number };
}

/** What the browser complained of or asked for besides the file itself. */
interface OpenPage {
  readonly page: Page;
  readonly complaints: string[];
  readonly requests: string[];
}

const phone = { width: 360, height: 740 };
const desktop = { width: 1280, height: 800 };

describe.skipIf(noChromium !== undefined)("the page of a report", () => {
  let chromium: TestBrowser;
  let single: string;
  let several: string;
  beforeAll(async () => {
    [chromium, single, several] = [
      await launchChromium(),
      await writePage("single.html", [hostileStudy("one")]),
      await writePage("several.html", [hostileStudy(hostileLabel), hostileStudy("two")]),
    ];
  });
  afterAll(() => chromium?.close());

  async function open(path: string, { dark = false, size = desktop }: OpenOptions = {}): Promise<OpenPage> {
    const page = await chromium.browser.newPage({ viewport: size, colorScheme: dark ? "dark" : "light" });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(path).href);
    return { page, complaints, requests };
  }

  /** Scrolls to every figure until its live view has taken the place of the static one. */
  async function enliven(page: Page): Promise<void> {
    for (const figure of await page.locator("figure").all()) {
      await figure.scrollIntoViewIfNeeded();
      await expect.poll(() => figure.locator("[data-specification]").count(), { timeout: 20_000 }).toBe(0);
    }
  }

  async function withoutSidewaysScrolling(page: Page): Promise<void> {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBe(page.viewportSize()!.width);
  }

  test.each([
    ["one study, light", { several: false, dark: false, size: desktop }],
    ["one study, dark, on a phone", { several: false, dark: true, size: phone }],
    ["two studies, light, on a phone", { several: true, dark: false, size: phone }],
    ["two studies, dark", { several: true, dark: true, size: desktop }],
  ])("has nothing to complain of, asks for nothing, and fits: %s", async (_, options) => {
    const path = options.several ? several : single;
    const { page, complaints, requests } = await open(path, options);
    const figures = await page.locator("figure").count();
    expect(figures).toBe(options.several ? 16 : 8);
    await withoutSidewaysScrolling(page);
    await enliven(page);
    for (const svg of await page.locator("figure svg").all()) {
      const { width, height } = (await svg.boundingBox())!;
      expect(width).toBeGreaterThan(150);
      expect(height).toBeGreaterThan(100);
    }
    expect(await page.locator("figure svg").count()).toBe(figures);
    await withoutSidewaysScrolling(page);
    expect(complaints).toEqual([]);
    const loaded = requests.filter((url) => !url.startsWith("data:"));
    expect(loaded).toEqual([pathToFileURL(path).href]);
    await page.close();
  });

  test.each([
    ["light", false],
    ["dark", true],
  ])("has no barrier that axe finds, in %s", async (_, dark) => {
    for (const path of [single, several]) {
      const { page } = await open(path, { dark });
      await enliven(page);
      for (const summary of await page.locator("summary").all()) await summary.click();
      // By the debugger: the page's policy, rightly, refuses axe a place in the page.
      const session = await page.context().newCDPSession(page);
      const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
      await session.send("Runtime.evaluate", { expression: axe });
      const { result } = await session.send("Runtime.evaluate", {
        expression: "axe.run().then(({ violations, passes }) => JSON.stringify({ violations, passes: passes.length }))",
        awaitPromise: true,
      });
      const { violations, passes } = JSON.parse(String(result.value)) as {
        violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        passes: number;
      };
      expect(passes).toBeGreaterThan(15);
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`)).toEqual([]);
      await page.close();
    }
  });

  test("shows values under the pointer", async () => {
    const { page, complaints } = await open(single);
    await enliven(page);
    const figure = page.locator("#figure-4 figure svg");
    await figure.scrollIntoViewIfNeeded();
    const { x, y } = (await figure.boundingBox())!;
    const tooltip = page.locator("#vg-tooltip-element");
    await page.mouse.move(x + 150, y + 140);
    await page.mouse.move(x + 160, y + 150);
    await expect.poll(() => tooltip.isVisible()).toBe(true);
    const text = await tooltip.innerText();
    for (const series of ["Entropy", "Mutual information", "KL selectivity", "Random"]) expect(text).toContain(series);
    expect(text).toMatch(/0\.\d{3}/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("gives each figure's values as a table that opens by keyboard", async () => {
    const { page } = await open(single);
    const details = page.locator("section:has(> figure) > details");
    expect(await details.count()).toBe(await page.locator("figure").count());
    for (const detail of await details.all()) {
      expect(await detail.locator("table").isVisible()).toBe(false);
      await detail.locator("summary").focus();
      await page.keyboard.press("Enter");
      expect(await detail.locator("td").first().isVisible()).toBe(true);
      expect(await detail.locator("tbody tr").count()).toBeGreaterThan(1);
    }
    await page.close();
  });

  test("leads from the contents to every section, and from there to a link of its own", async () => {
    const { page } = await open(single);
    const targets = await page.locator("nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href")!));
    expect(targets).toHaveLength(await page.locator("main > section").count());
    for (const target of targets) {
      await page.locator(`nav a[href="${target}"]`).click();
      expect(new URL(page.url()).hash).toBe(target);
      expect(
        await page.locator(`main > section${target}`).evaluate((section) => section.getBoundingClientRect().top),
      ).toBeLessThan(desktop.height);
      expect(await page.locator(`${target} > h2 a`).getAttribute("href")).toBe(target);
    }
    const inner = await page
      .locator('main a[href^="#"]')
      .evaluateAll((links) => links.map((link) => link.getAttribute("href")!));
    const ids = await page.locator("[id]").evaluateAll((elements) => elements.map(({ id }) => id));
    for (const href of inner) expect(ids, `target of ${href}`).toContain(href.slice(1));
    expect(new Set(ids).size, "no id twice").toBe(ids.length);
    await page.close();
  });

  test("has no id twice where studies stand side by side", async () => {
    const { page } = await open(several);
    const ids = await page.locator("[id]").evaluateAll((elements) => elements.map(({ id }) => id));
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    await page.close();
  });

  test("shows text from files as text", async () => {
    for (const path of [single, several]) {
      const { page, complaints } = await open(path);
      await enliven(page);
      expect(await page.locator("header").innerText()).toContain(hostileName);
      expect(await page.locator("#figure-6 figure svg").first().textContent()).toContain("<img src=");
      expect(await page.locator("#figure-6 table").first().textContent()).toContain(hostileLabel);
      expect(await page.locator("img, iframe, object, embed").count()).toBe(0);
      expect(await page.locator("script:not([type])").count()).toBe(1);
      if (path === several) expect(await page.locator("#claims h4").first().innerText()).toBe(hostileLabel);
      expect(complaints).toEqual([]);
      await page.close();
    }
  });

  test("refuses, by its policy, to run or load what is not its own", async () => {
    const { page, complaints } = await open(single);
    const failures: string[] = [];
    page.on("requestfailed", (request) => failures.push(`${request.url()} ${request.failure()?.errorText}`));
    await page.evaluate(() => {
      const image = document.createElement("img");
      image.src = "https://example.org/x.png";
      const script = document.createElement("script");
      script.textContent = "document.title = 'taken over'";
      document.body.append(image, script);
    });
    await expect.poll(() => complaints.length).toBeGreaterThanOrEqual(2);
    expect(complaints.join("\n")).toMatch(/img-src/);
    expect(complaints.join("\n")).toMatch(/script-src/);
    expect(await page.title()).not.toBe("taken over");
    expect(failures).toEqual([expect.stringMatching(/x\.png csp$/)]);
    await page.close();
  });

  test("prints in light colours, without controls, each figure whole on a page", async () => {
    const { page } = await open(single, { dark: true });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
      "rgb(255, 255, 255)",
    );
    for (const control of ["nav", "details", ".anchor"]) {
      for (const element of await page.locator(control).all()) expect(await element.isVisible(), control).toBe(false);
    }
    for (const figure of await page.locator("figure").all()) {
      expect(await figure.evaluate((element) => getComputedStyle(element).breakInside)).toBe("avoid");
      expect((await figure.locator("svg").boundingBox())!.height).toBeGreaterThan(100);
    }
    await page.close();
  });

  test("shows its figures without scripts, too", async () => {
    const context = await chromium.browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(single).href);
    for (const svg of await page.locator("figure svg").all()) {
      expect((await svg.boundingBox())!.height).toBeGreaterThan(100);
    }
    expect(await page.locator("figure svg").count()).toBe(8);
    await context.close();
  });
});
