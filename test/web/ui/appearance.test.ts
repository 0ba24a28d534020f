/** How the page stands: sizes, themes, states without a GPU, for eyes and for screen readers. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import {
  accessibilityFaults,
  expectNoSidewaysScroll,
  laptop,
  openPage,
  panelBoxes,
  phone,
} from "../support/lab-page.ts";
import { type ScriptedServer, serveScriptedPage } from "../support/scripted-server.ts";

/** For people to look at; not in git. */
const pictures = join(import.meta.dirname, "../../../out/lab-pictures");

describe.skipIf(noChromium !== undefined)("the lab", () => {
  let chromium: TestBrowser;
  let server: ScriptedServer;

  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    [chromium, server] = await Promise.all([launchChromium(), serveScriptedPage()]);
  });
  afterAll(async () => {
    await chromium.close();
    server.close();
  });

  const picture = (page: Page, name: string) =>
    page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });

  test.each([
    ["light", laptop],
    ["dark", laptop],
    ["light", phone],
    ["dark", phone],
  ] as const)(
    "has no accessibility faults and nothing wider than the window, %s, %j",
    async (colorScheme, viewport) => {
      const { page, complaints } = await openPage(chromium.browser, server.address, { colorScheme, viewport });
      await page.locator("[data-row]").first().waitFor();
      await page.locator(".slider input").fill("30");
      await page.locator(".outcome:not(.stale)").waitFor();
      await expectNoSidewaysScroll(page);
      expect(await accessibilityFaults(page)).toEqual([]);
      await picture(page, `curves-${colorScheme}-${viewport.width}`);
      await page.locator(".choice-option", { hasText: "Compare" }).click();
      expect(await accessibilityFaults(page)).toEqual([]);
      await picture(page, `compare-${colorScheme}-${viewport.width}`);
      await page.locator(".digit-pick").first().click();
      await page.getByText("30 removed: taken for").waitFor();
      await expectNoSidewaysScroll(page);
      expect(await accessibilityFaults(page)).toEqual([]);
      await picture(page, `digit-${colorScheme}-${viewport.width}`);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test.each(["light", "dark"] as const)("shows levels of classes, few and many, %s", async (colorScheme) => {
    for (const bits of ["2", "4", "8"]) {
      const { page } = await openPage(chromium.browser, `${server.address}#bits=${bits}`, { colorScheme });
      await page.getByText("Optimiser, levels").click();
      await page.getByRole("button", { name: "Train" }).click();
      await page.getByText("Epoch 5.0 of 10").waitFor();
      await page.evaluate(() => window.engine.finishTraining());
      await page.locator('[data-row="117"]').click();
      expect(await page.locator(".levels path").count()).toBe(10);
      expect(await accessibilityFaults(page)).toEqual([]);
      await picture(page, `levels-${bits}-bits-${colorScheme}`);
      await page.context().close();
    }
  });

  test.each(["missing", "software"])("says so and shows a finished study where the adapter is %s", async (adapter) => {
    const { page } = await openPage(chromium.browser, `${server.address}?adapter=${adapter}`);
    await page.getByText("a finished study", { exact: true }).waitFor();
    const note = await page.locator(".note").innerText();
    expect(note).toMatch(adapter === "missing" ? /no WebGPU.*Chrome/s : /software adapter.*chrome:\/\/settings/s);
    expect(await page.getByRole("button", { name: "Train" }).isEnabled()).toBe(adapter === "software");
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture(page, `adapter-${adapter}`);
    await page.context().close();
  });

  test("without a device still says what is known of a removal, and says where it does not", async () => {
    const { page } = await openPage(chromium.browser, `${server.address}?adapter=missing`);
    await page.locator('[data-row="9"]').focus();
    await page.keyboard.press("x");
    await page.locator(".outcome:not(.stale)").waitFor();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("x");
    await page.getByText("No accuracy for this set: it takes WebGPU to compute it").waitFor();
    await page.context().close();
  });

  test("tells of a lost device and of the next, and keeps what it shows", async () => {
    const { page } = await openPage(chromium.browser, server.address);
    await page.locator("[data-row]").first().waitFor();
    await page.evaluate(() => window.engine.say({ type: "deviceLost", fault: { what: "the GPU was reset" } }));
    await page.getByRole("alert").getByText("the GPU was reset").waitFor();
    expect(await page.locator("[data-row]").count()).toBe(200);
    await page.evaluate(() => {
      const facts = {
        vendor: "",
        architecture: "",
        device: "",
        description: "Other GPU",
        software: false,
        backend: "",
      };
      window.engine.say({ type: "deviceRecovered", adapter: { state: "hardware", facts } });
    });
    await page.getByText("Other GPU, recovered").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.context().close();
  });

  test("moves nothing while numbers change", async () => {
    const { page } = await openPage(chromium.browser, server.address);
    await page.locator("[data-row]").first().waitFor();
    await page.getByRole("button", { name: "Train" }).click();
    await page.getByText("Epoch 5.0 of 10").waitFor();
    const before = await panelBoxes(page);
    await page.locator(".slider input").fill("99");
    await page.locator('[data-row="150"]').click();
    await page.evaluate(() =>
      window.engine.say({ type: "training", epochs: 10, epochsDone: 9.5, remainingMs: 600_000, repeats: [] }),
    );
    await page.getByText("10:00 left").waitFor();
    expect(await panelBoxes(page)).toEqual(before);
    await page.context().close();
  });

  test("keeps the slider over epochs in sight while the neurons scroll by on a phone", async () => {
    const { page } = await openPage(chromium.browser, server.address, { viewport: phone });
    await page.getByRole("button", { name: "Train" }).click();
    await page.getByText("Epoch 5.0 of 10").waitFor();
    const slider = page.locator(".epoch-slider input");
    await slider.fill("2");
    for (const layer of [1, 2]) {
      await page.locator(`[data-layer="${layer}"]`).evaluate((grid) => {
        scrollTo(0, grid.getBoundingClientRect().bottom + scrollY - innerHeight);
      });
      const { y, height } = (await slider.boundingBox())!;
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y + height).toBeLessThan((await page.locator(`[data-layer="${layer}"] .cell`).last().boundingBox())!.y);
    }
    await page.context().close();
  });

  test("opens with its help, which stays closed once it was, and then fits on one screen of a laptop", async () => {
    const { page } = await openPage(chromium.browser, server.address);
    await page.locator("[data-row]").first().waitFor();
    const help = page.getByRole("region", { name: "Help" });
    expect(await help.getByRole("listitem").count()).toBe(4);
    await page.getByRole("button", { name: "Close help" }).click();
    await page.reload();
    await page.locator("[data-row]").first().waitFor();
    expect(await help.count()).toBe(0);
    expect(await page.getByRole("button", { name: "Help" }).getAttribute("aria-expanded")).toBe("false");
    const height = () => page.evaluate(() => document.documentElement.scrollHeight);
    expect(await height()).toBeLessThanOrEqual(laptop.height);
    await page.locator(".digit-pick").first().click();
    await page.getByText("All neurons: taken for 0").waitFor();
    expect(await height()).toBeLessThanOrEqual(laptop.height);
    await page.context().close();
  });

  test("has no motion where less of it is asked for", async () => {
    const { page } = await openPage(chromium.browser, server.address, { reducedMotion: "reduce" });
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll("*")].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return transitionDuration !== "0s" || animationName !== "none";
        }).length,
    );
    expect(moving).toBe(0);
    await page.context().close();
  });
});
