/** Two trainings of a visit beside each other, over a scripted engine. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { root } from "../../support/command-line.ts";
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
const pictures = join(root, "out/lab-pictures");

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
    "compares two trainings: how they ended, their curves, what differs, %s",
    async (colorScheme, viewport) => {
      const { page, complaints } = await openPage(chromium.browser, server.address, { colorScheme, viewport });
      await page.locator("[data-row]").first().waitFor();
      await page.getByRole("button", { name: "Close help" }).click();
      await page.locator(".choice-option", { hasText: "Trainings" }).click();
      await page.getByText("Train two networks, with other settings").waitFor();
      const train = async () => {
        await page.getByRole("button", { name: "Train" }).click();
        await page.locator(".training-line", { hasText: /^Epoch/ }).waitFor();
        await page.evaluate(() => window.engine.finishTraining());
        await page.getByText(/^Trained, /).waitFor();
      };
      await train();
      await page.getByText("Train another network, with other settings").waitFor();
      const before = viewport === laptop ? await panelBoxes(page) : [];
      await page.getByLabel("Preset").selectOption("noisy labels");
      await train();
      const table = page.getByRole("region", { name: "How the two trainings ended" });
      const lines = () =>
        table
          .locator("tbody tr")
          .evaluateAll((rows) => rows.map((row) => [...row.children].map(({ textContent }) => textContent)));
      expect(await lines()).toEqual([
        ["Test accuracy", "95.0 %, 95.0 % to 95.0 %", "95.0 %, 95.0 % to 95.0 %"],
        ["Validation", "95.0 %, 95.0 % to 95.0 %", "95.0 %, 95.0 % to 95.0 %"],
        ["Training loss", "0.100, 0.100 to 0.100", "0.033, 0.033 to 0.033"],
        ["Epochs", "10", "30"],
        ["Wrong labels, %", "0", "30"],
      ]);
      const line = (chart: string, place: number) =>
        page.locator(`#trainings-${chart} .line`).nth(place).getAttribute("d");
      const pointsOf = (path: string | null) => path!.split(/[ML]/).length - 1;
      expect([pointsOf(await line("loss", 0)), pointsOf(await line("accuracy", 1))]).toEqual([10, 30]);
      expect(await accessibilityFaults(page)).toEqual([]);
      await expectNoSidewaysScroll(page);
      await page.screenshot({ path: join(pictures, `trainings-${colorScheme}-${viewport.width}.png`), fullPage: true });
      if (viewport === laptop) {
        expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(laptop.height);
        const panels = (boxes: readonly string[]) => boxes.filter((box) => box.startsWith("panel"));
        expect(panels(await panelBoxes(page))).toEqual(panels(before));
      }
      await page.getByLabel("First", { exact: true }).selectOption({ index: 1 });
      await page.getByText("Both have the same settings and data.").waitFor();
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});
