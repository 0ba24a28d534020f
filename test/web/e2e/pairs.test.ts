/** Pairs of neurons on the built page with its real worker, in Chromium on SwiftShader. npm run build:web comes before. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StaticServer, serveFolder } from "../../../src/platform/node/static-server.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { root } from "../../support/command-line.ts";
import { expectNoSidewaysScroll, openPage, phone, type WatchedPage } from "../support/lab-page.ts";
import { visitorOf } from "../support/visitor.ts";

const pictures = join(root, "out/lab-pictures");

describe.skipIf(noChromium !== undefined)("in a browser, a visitor of the finished study", () => {
  let chromium: TestBrowser;
  let server: StaticServer;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    [chromium, server] = await Promise.all([launchChromium(), serveFolder(join(root, "dist/web"))]);
    watched = await openPage(chromium.browser, server.url);
    page = watched.page;
    await visitorOf(page).origin("a finished study");
    await page.locator("[data-row]").first().waitFor();
  });
  afterAll(async () => {
    expect(watched.complaints).toEqual([]);
    await chromium.close();
    await server.close();
  });

  test("looks at two neurons: parts add up to the joint information, and both cost their sum and what is beyond", async () => {
    await page.locator('[data-row="3"]').click();
    await page.locator('[data-row="8"]').click({ modifiers: ["Shift"] });
    await page.locator(".parts .facts").waitFor();
    const numbers = (await page.locator(".parts dd").allInnerTexts()).map((text) => Number.parseFloat(text));
    const [redundancy, first, second, synergy, joint, chance] = numbers as [number, ...number[]];
    // Six numbers rounded to thousandths.
    expect(Math.abs(redundancy + first! + second! + synergy! - joint!)).toBeLessThan(0.003);
    expect(joint!).toBeGreaterThan(chance!);
    const cost = async (row: string) =>
      Number((await page.getByRole("row", { name: row }).locator("td").first().innerText()).replace("\u2212", "-"));
    const costs = [await cost("sum of the two"), await cost("both"), await cost("beyond the sum")] as const;
    expect(costs[1] - costs[0]).toBeCloseTo(costs[2], 1);
  });

  test("sees all pairs of a layer, and looks at the one of a cell", async () => {
    await page.locator(".choice-option", { hasText: "Pairs" }).click();
    await page.locator("#pairs image").waitFor();
    await page.screenshot({ path: join(pictures, "pairs-e2e-1280.png"), fullPage: true });
    await page.locator(".matrix").click({ position: { x: 40, y: 90 } });
    await page.locator(".matrix-chosen").first().waitFor();
    await page.locator(".pair-removal").waitFor();
    const chosen = (await page.locator("#neuron-title").innerText()).match(/\d+/g)!;
    expect(await page.locator(".charts [role=status]").innerText()).toMatch(/^Neurons? \d+/);
    expect(chosen[0]).toBe("1");
    await expectNoSidewaysScroll(page);
  });

  test("sees both on a phone", async () => {
    await page.setViewportSize(phone);
    await page.locator("#pairs image").waitFor();
    await expectNoSidewaysScroll(page);
    await page.screenshot({ path: join(pictures, "pairs-e2e-390.png"), fullPage: true });
  });
});
