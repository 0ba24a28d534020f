/** One digit in the page, over a scripted engine: clicked, picked or drawn, by pointer, finger and keyboard. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { accessibilityFaults, openPage, phone, type WatchedPage } from "../support/lab-page.ts";
import { type ScriptedServer, serveScriptedPage } from "../support/scripted-server.ts";

describe.skipIf(noChromium !== undefined)("a visitor of the lab sees", () => {
  let chromium: TestBrowser;
  let server: ScriptedServer;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    [chromium, server] = await Promise.all([launchChromium(), serveScriptedPage()]);
  });
  afterAll(async () => {
    await chromium.close();
    server.close();
  });
  beforeEach(async () => {
    watched = await openPage(chromium.browser, server.address);
    page = watched.page;
    await page.locator("[data-row]").first().waitFor();
  });
  afterEach(async () => {
    expect(watched.complaints).toEqual([]);
    await page.context().close();
  });

  const cell = (row: number) => page.locator(`[data-row="${row}"]`);
  const requests = () => page.evaluate(() => window.engine.requests.filter(({ type }) => type === "classify"));
  const removed = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".cell.out")].map((out) => Number(out.dataset["row"])),
    );
  const address = (row: number) => ({ layer: row < 100 ? 1 : 2, neuron: row % 100 });

  test("what a clicked digit is taken for with and without neurons, and which carry that", async () => {
    await page.locator(".digit-pick").nth(2).click();
    await page.getByText("Validation sample 2, a 2.").waitFor();
    await page.getByText("All neurons: taken for 2, 91.0 %.").waitFor();
    expect(await page.locator(".carriers button").allInnerTexts()).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^layer 2, no\. 4\s+−3\.25$/),
        expect.stringMatching(/^layer 1, no\. 8\s+\+2\.50$/),
      ]),
    );
    await page.locator(".slider input").fill("6");
    await page.getByText("6 removed: taken for 5, 91.0 %.").waitFor();
    const [last] = (await requests()).slice(-1);
    const rows = await removed();
    expect(last).toMatchObject({ choice: { sample: 2 }, repeat: 0, mode: "mean", removed: rows.map(address) });
    await page.locator(".carriers button").first().click();
    await page.getByRole("heading", { name: "Layer 2, neuron 4" }).waitFor();
    await page.getByRole("radio", { name: "output", exact: true }).check();
    expect(await cell(5).getAttribute("style")).toContain(`--level: ${((100 * 5) / 6).toFixed(1)}%`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByLabel("Repeat", { exact: true }).selectOption("1");
    await page.waitForFunction(() => window.engine.requests.some((one) => one.type === "classify" && one.repeat === 1));
    // An answer that is older than the removal says of which it is.
    await page.evaluate(() => {
      (window.engine as unknown as { send(): void }).send = () => {};
    });
    await page.locator(".slider input").fill("9");
    await page.locator(".digit-view[aria-busy=true]").waitFor();
    expect(await page.getByText("6 removed: taken for 5, 91.0 %.").count()).toBe(1);
  });

  test("a digit that is drawn with a finger, as the network gets it, until it is cleared", async () => {
    const { page: touched, complaints } = await openPage(chromium.browser, server.address, {
      viewport: phone,
      hasTouch: true,
    });
    await touched.locator(".choice-option", { hasText: "Digit" }).click();
    await touched.getByText("Draw a digit, pick one here, or click one above.").waitFor();
    await touched.locator(".draw-pad").tap();
    await touched.getByText("Drawn by hand.").waitFor();
    const drawn = await touched.evaluate(() =>
      window.engine.requests.flatMap((one) =>
        one.type === "classify" && "drawn" in one.choice ? [Array.from(one.choice.drawn)] : [],
      ),
    );
    // A dot fills the box of 20 pixels.
    const rows = drawn.at(-1)!.flatMap((ink, pixel) => (ink > 0 ? [Math.floor(pixel / 28)] : []));
    expect([Math.min(...rows), Math.max(...rows)]).toEqual([4, 23]);
    await touched.getByRole("radio", { name: "carries", exact: true }).check();
    await touched.getByRole("button", { name: "Clear" }).click();
    expect(await touched.getByText("Drawn by hand.").count()).toBe(0);
    expect(await touched.getByRole("radio", { name: "measure", exact: true }).isChecked()).toBe(true);
    expect(await accessibilityFaults(touched)).toEqual([]);
    expect(complaints).toEqual([]);
    await touched.context().close();
  });
});
