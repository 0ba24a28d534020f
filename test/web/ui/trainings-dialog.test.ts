/** The list of all trainings, over a scripted engine: by pointer and by keyboard, wide and narrow, light and dark. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabRequest } from "../../../web/engine/protocol.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { root } from "../../support/command-line.ts";
import { accessibilityFaults, expectNoSidewaysScroll, laptop, openPage, phone } from "../support/lab-page.ts";
import { type ScriptedServer, serveScriptedPage } from "../support/scripted-server.ts";

/** For people to look at; not in git. */
const pictures = join(root, "out/lab-pictures");

const train = async (page: Page, preset?: string) => {
  if (preset !== undefined) await page.getByLabel("Preset").selectOption(preset);
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.locator(".training-line", { hasText: /^Epoch/ }).waitFor();
};
const finish = async (page: Page) => {
  await page.evaluate(() => window.engine.finishTraining());
  await page.getByText(/^Trained, /).waitFor();
};
const requests = (page: Page, type: LabRequest["type"]) =>
  page.evaluate((wanted) => window.engine.requests.filter((request) => request.type === wanted), type);

describe.skipIf(noChromium !== undefined)("a visitor of the lab", () => {
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

  test.each([
    ["light", laptop],
    ["dark", phone],
  ] as const)(
    "sees all trainings, what each is, and names, compares and deletes them, %s",
    async (colorScheme, viewport) => {
      const { page, complaints } = await openPage(chromium.browser, server.address, { colorScheme, viewport });
      await page.locator("[data-row]").first().waitFor();
      await page.getByRole("button", { name: "Close help" }).click();
      await page.getByRole("button", { name: "History" }).click();
      await page.getByText("No training yet.").waitFor();
      await page.keyboard.press("Escape");
      await train(page);
      await finish(page);
      await train(page, "noisy labels");
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByRole("button", { name: "History" }).focus();
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog", { name: "History of trainings" });
      const items = dialog.getByRole("listitem");
      expect(await items.count()).toBe(2);
      expect(await items.nth(0).innerText()).toMatch(/epoch 15 of 30, stopped, 32 MB/);
      expect(await items.nth(1).innerText()).toMatch(/1 Feb 2026.*, mnist, 10 epochs, test 95.0 %, 11 MB/);
      expect(await requests(page, "listTrainings")).toHaveLength(2);
      await dialog.getByText("Kept in this browser: 43 MB of 500 MB.").waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await expectNoSidewaysScroll(page);
      await page.screenshot({ path: join(pictures, `history-${colorScheme}-${viewport.width}.png`) });

      await dialog.getByLabel("Name of training 1").fill("plain");
      await page.keyboard.press("Tab");
      await dialog.getByRole("button", { name: "Compare plain, training 1" }).click();
      await page.locator("#trainings-loss .line").nth(1).waitFor();
      expect(await dialog.count()).toBe(0);
      expect(await page.getByLabel("First", { exact: true }).locator("option:checked").innerText()).toBe("1: plain");
      expect(await page.locator(".compared-trainings tbody tr").first().innerText()).toMatch(
        /Test accuracy\s+95.0 %.*\s+–/s,
      );

      await page.getByRole("button", { name: "History" }).click();
      const remove = dialog.getByRole("button", { name: "Delete training 2" });
      await remove.click();
      expect(await requests(page, "forget")).toEqual([]); // asked first whether it is meant
      await dialog.getByRole("button", { name: "Really delete training 2" }).click();
      await expect.poll(() => items.count()).toBe(1);
      expect(await requests(page, "forget")).toEqual([{ type: "forget", training: "training-2" }]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  test("goes on with a training that was stopped, and back to one that was finished, with its settings", async () => {
    const { page, complaints } = await openPage(chromium.browser, server.address);
    await page.locator("[data-row]").first().waitFor();
    await page.getByLabel("Seed").fill("5");
    await train(page);
    await finish(page);
    await page.getByLabel("Seed").fill("6");
    await train(page);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "History" }).click();
    await page.getByRole("button", { name: "Show training 2" }).click();
    await page.getByText("Stopped at epoch 5.0 of 10").waitFor();
    await page.getByRole("button", { name: "Continue" }).click();
    expect(await requests(page, "continue")).toEqual([{ type: "continue", training: "training-2", live: true }]);
    await page.getByText("Epoch 5.0 of 10", { exact: true }).waitFor();
    await finish(page);
    await page.getByRole("button", { name: "History" }).click();
    await page.getByRole("button", { name: "Show training 1" }).click();
    await page.locator(".training-line", { hasText: "Trained, 10 epochs" }).waitFor();
    expect(await requests(page, "reopen")).toEqual([
      { type: "reopen", training: "training-2" },
      { type: "reopen", training: "training-1" },
    ]);
    expect(await page.getByLabel("Seed").inputValue()).toBe("5");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test.each([
    ["light", phone],
    ["dark", laptop],
  ] as const)("reads why trainings are not kept, and what became of others, %s", async (colorScheme, viewport) => {
    const { page } = await openPage(chromium.browser, server.address, { colorScheme, viewport });
    await page.locator("[data-row]").first().waitFor();
    await page.getByRole("button", { name: "Close help" }).click();
    await page.evaluate(() => {
      const fault = {
        what: "the browser's storage is full",
        fix: "delete earlier trainings, or make room on the disk",
      };
      const notes = ["training 1 was dropped: 500 MB are kept at most, and it was the oldest without a name"];
      window.engine.say({ type: "trainings", trainings: [], storage: { bytes: 0, most: 5e8, fault, notes } });
    });
    await page.getByText("Trainings are not kept beyond this visit: the browser's storage is full. To do:").waitFor();
    await page.getByRole("button", { name: "History" }).click();
    await page.getByText("Training 1 was dropped: 500 MB are kept").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await expectNoSidewaysScroll(page);
    await page.screenshot({ path: join(pictures, `history-full-${colorScheme}-${viewport.width}.png`) });
    await page.getByRole("button", { name: "Seen" }).click();
    expect(await requests(page, "dropNotes")).toHaveLength(1);
    await page.context().close();
  });
});
