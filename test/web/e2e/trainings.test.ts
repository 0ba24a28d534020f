/**
 * Trainings that outlive the page, on the built page with its real worker in Chromium on SwiftShader. npm run build:web comes
 * before.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type StaticServer, serveFolder } from "../../../src/platform/node/static-server.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { root } from "../../support/command-line.ts";
import { accessibilityFaults, laptop } from "../support/lab-page.ts";

const pictures = join(root, "out/lab-pictures");

describe.skipIf(noChromium !== undefined)("in a browser, trainings", () => {
  let chromium: TestBrowser;
  let server: StaticServer;
  let context: BrowserContext;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    [chromium, server] = await Promise.all([launchChromium(), serveFolder(join(root, "dist/web"))]);
  });
  afterAll(async () => {
    await chromium.close();
    await server.close();
  });
  beforeEach(async () => {
    context = await chromium.browser.newContext({ viewport: laptop });
    context.setDefaultTimeout(60_000);
  });
  afterEach(() => context.close());

  /** A tab of the lab once it shows something, or the first words of what it says. */
  async function opened(origin: string | RegExp): Promise<Page> {
    const page = await context.newPage();
    await page.goto(server.url);
    await page.locator(".study-note", { hasText: origin }).waitFor();
    return page;
  }

  async function start(page: Page, epochs: number): Promise<void> {
    await page.getByLabel("Hidden layers").fill("6");
    await page.getByLabel("Epochs").fill(String(epochs));
    await page.locator(".train").getByLabel("Repeats", { exact: true }).fill("1");
    await page.getByRole("button", { name: "Train", exact: true }).click();
  }
  const trained = (page: Page, epochs: number) =>
    page.locator(".training-line", { hasText: `Trained, ${epochs} epochs` }).waitFor();
  const history = async (page: Page) => {
    await page.getByRole("button", { name: "History" }).click();
    return page.getByRole("dialog").getByRole("listitem");
  };
  const accuracies = (page: Page) => page.locator(".repeat-table tbody tr").first().innerText();

  test("are on show after a reload, with settings, curves and epochs, and in the list", async () => {
    const page = await opened("a finished study");
    await start(page, 3);
    await trained(page, 3);
    const before = await accuracies(page);
    const loss = await page.locator("#training-loss .line").first().getAttribute("d");
    await page.reload();
    await page.locator(".study-note", { hasText: /^trained here$/ }).waitFor();
    await trained(page, 3);
    expect(await accuracies(page)).toBe(before);
    expect(await page.locator("#training-loss .line").first().getAttribute("d")).toBe(loss);
    expect(await page.getByLabel("Hidden layers").inputValue()).toBe("6");
    expect(await page.locator(".epoch-slider output").innerText()).toBe("3");
    await page.locator(".epoch-slider input").fill("0");
    await page.locator(".study-note", { hasText: "trained here, after epoch 1" }).waitFor();
    const items = await history(page);
    expect(await items.count()).toBe(1);
    expect(await items.first().innerText()).toMatch(/mnist, 3 epochs, test \d\d\.\d %, 0?\.?\d+(\.\d+)? MB/);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.screenshot({ path: join(pictures, "history-real.png") });
  });

  test("that a reload interrupts go on from where they were", async () => {
    const page = await opened("a finished study");
    await start(page, 60);
    await page.locator(".training-line", { hasText: /^Epoch ([3-9]|\d\d)\./ }).waitFor();
    await page.reload();
    await page.locator(".training-line", { hasText: /^Stopped at epoch \d+\.0 of 60$/ }).waitFor();
    const kept = Number(/epoch (\d+)/.exec(await page.locator(".training-line").innerText())![1]);
    expect(kept).toBeGreaterThanOrEqual(1);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.locator(".training-line", { hasText: /^Epoch/ }).waitFor();
    const epoch = Number(/Epoch (\d+)/.exec(await page.locator(".training-line").innerText())![1]);
    expect(epoch).toBeGreaterThanOrEqual(kept - 1);
    // Another tab sees that it goes on here, and shows what it can.
    const other = await opened("a finished study");
    const items = await history(other);
    expect(await items.first().innerText()).toContain("in training in another tab");
    expect(await items.first().getByRole("button", { name: "Delete" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Continue" }).waitFor();
  });

  test("with a byte that the disk has changed say so, and train that epoch again", async () => {
    const page = await opened("a finished study");
    await start(page, 2);
    await trained(page, 2);
    const before = await accuracies(page);
    await page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const request = indexedDB.open("gpu-importance");
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            const change = request.result.transaction("parts", "readwrite");
            const cursor = change.objectStore("parts").openCursor();
            let isDone = false;
            cursor.onsuccess = () => {
              const own = cursor.result;
              if (own === null || isDone) return;
              if (String((own.key as string[])[1]).startsWith("network-")) {
                const bytes = own.value as Uint8Array;
                bytes[bytes.length - 2]! ^= 1;
                own.update(bytes);
                isDone = true;
              }
              own.continue();
            };
            change.oncomplete = () => {
              request.result.close();
              resolve();
            };
          };
        }),
    );
    await page.reload();
    await page.getByRole("button", { name: "Continue" }).waitFor();
    await history(page);
    await page.getByText(/Training 1: the part network-000-[0-9a-f]{8} was damaged/).waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.locator(".training-line", { hasText: "Trained, 2 epochs" }).waitFor();
    expect(await accuracies(page)).toBe(before);
  });

  test("in a browser that denies storage are said not to be kept, and all else works", async () => {
    await context.route("**/assets/worker-*.js", async (route) => {
      const response = await route.fetch();
      const denied = `Object.defineProperty(self, "indexedDB", { get() { throw new DOMException("denied", "SecurityError"); } });`;
      await route.fulfill({ response, body: `${denied}\n${await response.text()}` });
    });
    const page = await opened("a finished study");
    await page
      .getByText("Trainings are not kept beyond this visit: the browser denies this page its storage")
      .waitFor();
    await start(page, 2);
    await trained(page, 2);
    const items = await history(page);
    expect(await items.first().innerText()).toContain("not kept");
    await page.screenshot({ path: join(pictures, "history-denied.png") });
  });

  test("that fill the browser's storage are said not to be kept, and go on", async () => {
    const page = await opened("a finished study");
    const session = await context.newCDPSession(page);
    const { origin } = new URL(server.url);
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 60_000 });
    await start(page, 8);
    await trained(page, 8);
    await page
      .getByText(/Trainings are not kept beyond this visit: (the browser's storage is full|training 1 )/)
      .waitFor();
  });
});
