/** The page in a browser, over a scripted engine: each ability of a visitor, by pointer and by keyboard. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { onesPerClass } from "../../../src/core/neuron-table.ts";
import { neuronLevels } from "../../../src/measures/neuron-levels.ts";
import type { LabRequest } from "../../../web/engine/protocol.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { accessibilityFaults, openPage, type WatchedPage } from "../support/lab-page.ts";
import { correctWithout, madeUpTable } from "../support/made-up-study.ts";
import { type ScriptedServer, serveScriptedPage } from "../support/scripted-server.ts";

describe.skipIf(noChromium !== undefined)("a visitor of the lab", () => {
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
    watched = await openPage(chromium.browser, server.address, { permissions: ["clipboard-write", "clipboard-read"] });
    page = watched.page;
    await page.locator("[data-row]").first().waitFor();
  });
  afterEach(async () => {
    expect(watched.complaints).toEqual([]);
    await page.context().close();
  });

  const cell = (row: number) => page.locator(`[data-row="${row}"]`);
  const choose = (text: string) => page.locator(".choice-option", { hasText: text }).click();
  const requests = (type: LabRequest["type"]) =>
    page.evaluate((wanted) => window.engine.requests.filter((request) => request.type === wanted), type);
  const removed = () =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".cell.out")].map((out) => Number(out.dataset["row"])),
    );
  const address = (row: number) => ({ layer: row < 100 ? 1 : 2, neuron: row % 100 });
  const expectAccuracy = async (rows: readonly number[], mode: "mean" | "zero" = "mean") => {
    const percentage = (correctWithout(rows.map(address), mode) / 20).toFixed(1);
    await page.locator(".outcome:not(.stale) .readout-value", { hasText: `${percentage} %` }).waitFor();
  };

  describe("trains", () => {
    test("with the settings of the form, and pauses, goes on and stops", async () => {
      await page.getByLabel("Hidden layers").fill("30, 20");
      await page.locator(".train").getByLabel("Activation").selectOption("relu");
      await page.getByLabel("Seed").fill("7");
      await page.getByRole("button", { name: "Train" }).click();
      await page.getByText("Epoch 5.0 of 10").waitFor();
      await page.getByText("0:05 left").waitFor();
      expect(await requests("start")).toMatchObject([{ settings: { hidden: [30, 20], activation: "relu", seed: 7 } }]);
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByText("Paused, epoch 5.0 of 10").waitFor();
      await page.getByRole("button", { name: "Resume" }).click();
      await page.getByRole("button", { name: "Pause" }).waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      await page.locator("button.primary:enabled").waitFor();
    });

    test("with a preset, whose wrong labels are said with what was trained", async () => {
      await page.getByLabel("Seed").fill("7");
      await page.getByLabel("Preset").selectOption("noisy labels");
      await page.getByRole("button", { name: "Train" }).click();
      await page.getByText("Epoch 15.0 of 30").waitFor();
      expect(await requests("start")).toMatchObject([{ settings: { noisyLabels: 30, epochs: 30, seed: 7 } }]);
      await page.evaluate(() => window.engine.finishTraining());
      await page.getByText("trained here, on 30 % wrong labels").waitFor();
      await page.getByLabel("Epochs").fill("12");
      expect(await page.getByLabel("Preset").locator("option:checked").innerText()).toBe("your own");
    });

    test("and goes back to an epoch, where what is looked at and removed stays", async () => {
      const slider = page.locator(".epoch-slider input");
      expect(await slider.isDisabled()).toBe(true);
      await page.getByRole("button", { name: "Train" }).click();
      await page.getByText("Epoch 5.0 of 10").waitFor();
      await slider.fill("1");
      await slider.fill("4");
      // The last place follows the training.
      expect(await requests("epoch")).toEqual([{ type: "epoch", epoch: 2 }, { type: "epoch" }]);
      await page.evaluate(() => window.engine.finishTraining());
      await page.getByText("trained here", { exact: true }).waitFor();
      await cell(112).click();
      await page.locator(".slider input").fill("3");
      const out = await removed();
      await slider.fill("2");
      await page.getByText("trained here, after epoch 3").waitFor();
      expect((await requests("epoch")).at(-1)).toEqual({ type: "epoch", epoch: 3 });
      expect(await page.locator(".epoch-slider output").innerText()).toBe("3");
      expect(await page.locator(".repeat-table tbody tr").first().innerText()).toMatch(/^0\s+0\.6667\s+78\.3 %$/);
      await page.getByRole("heading", { name: "Layer 2, neuron 12" }).waitFor();
      expect(await removed()).toEqual(out);
      expect((await requests("evaluate")).at(-1)).toMatchObject({ removed: out.map(address) });
      await page.getByText("Trained, 10 epochs", { exact: true }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
    });

    test("and sees loss and accuracy of every repeat while it goes on", async () => {
      await page.getByRole("button", { name: "Train" }).click();
      const row = page
        .getByRole("region", { name: "Loss and validation" })
        .getByRole("row", { name: "2 0.5000 83.0 %" });
      await row.waitFor();
      expect(await page.locator("#training-loss .line").count()).toBe(3);
    });

    test("only once every field can be read, and is told which cannot", async () => {
      await page.getByLabel("Epochs").fill("none");
      await page.locator(".allowed", { hasText: "a whole number, 1 to" }).waitFor();
      expect(await page.getByRole("button", { name: "Train" }).isDisabled()).toBe(true);
    });
  });

  describe("sees", () => {
    test("what a clicked neuron knows: measures, counts by class, the price of its removal, digits", async () => {
      await cell(117).click();
      await page.getByRole("heading", { name: "Layer 2, neuron 17" }).waitFor();
      const table = madeUpTable(0, [100, 100]);
      const facts = await page.locator(".facts").innerText();
      for (const values of Object.values(table.measures)) expect(facts).toContain(`${values[117]!.toFixed(3)} bit`);
      const price = (1900 - correctWithout([address(117)], "mean")) / 20;
      expect(facts).toContain(`${price.toFixed(2)} points`);
      const ones = onesPerClass(table, 117)[4]!;
      await page.getByTitle(`4: fires for ${ones} of 200, silent for ${200 - ones}`).waitFor();
      expect(await page.locator(".digit-strip canvas").count()).toBe(16);
    });

    test("the levels of a clicked neuron by class where more than one bit was measured", async () => {
      await page.getByText("Optimiser, levels").click();
      expect(await page.getByLabel("Levels of").isDisabled()).toBe(true);
      await page.getByLabel("Bits measured").selectOption("3");
      await page.getByLabel("Levels of").selectOption("equal-frequency");
      await page.getByLabel("Removed alone").fill("some");
      expect(await page.getByRole("button", { name: "Train" }).isDisabled()).toBe(true);
      await page.getByLabel("Removed alone").fill("none");
      await page.getByRole("button", { name: "Train" }).click();
      await page.getByText("Epoch 5.0 of 10").waitFor();
      const asked = { bits: 3, bins: "equal-frequency", singles: "none" };
      expect(await requests("start")).toMatchObject([{ settings: asked }]);
      await page.evaluate(() => window.engine.finishTraining());
      await page.locator(".network").getByLabel("Entropy").check();
      await page.locator(".legend", { hasText: "3.00 bit" }).waitFor();
      await cell(117).click();
      const { levels, samplesPerClass } = madeUpTable(0, [100, 100], 3);
      const own = neuronLevels(levels!, 117, samplesPerClass!).countsPerLevel;
      const counts = Array.from({ length: 8 }, (_, level) => own[level * 10 + 4]!);
      const fullest = counts.indexOf(Math.max(...counts));
      await page.getByTitle(`4: ${counts[fullest]} of 200 in level ${fullest}, `, { exact: false }).waitFor();
      expect(await page.locator(".facts").innerText()).toMatch(/Levels in use\s+8 of 8/);
      // The step of level l is as wide as the root of its share, beside the largest share of any class and level.
      const path = await page.locator(".levels path").nth(4).getAttribute("d");
      const widths = [...path!.matchAll(/H([\d.]+)V/g)].map(([, width]) => Number(width));
      const largest = Math.max(...own);
      for (const [level, width] of widths.entries()) expect(width).toBeCloseTo(Math.sqrt(counts[level]! / largest), 3);
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(1280);
    });

    test("weights of the first layer as pictures, and none of others", async () => {
      expect(await page.locator('[data-layer="1"] canvas').count()).toBe(100);
      expect(await page.locator('[data-layer="2"] canvas').count()).toBe(0);
    });

    test("neurons coloured by another measure", async () => {
      const colour = () => cell(3).evaluate((element) => getComputedStyle(element).backgroundColor);
      const before = await colour();
      await page.locator(".network").getByLabel("Entropy").check();
      await page.locator(".legend", { hasText: "1.00 bit" }).waitFor();
      expect(await colour()).not.toBe(before);
    });

    test("neurons one after another by arrow keys, down into the next line", async () => {
      await cell(0).click();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowDown");
      await page.getByRole("heading", { name: "Layer 1, neuron 21" }).waitFor();
      expect(await cell(21).evaluate((element) => element === document.activeElement)).toBe(true);
    });
  });

  describe("removes neurons", () => {
    test("by clicks, and brings them back by another", async () => {
      await choose("Remove");
      await cell(5).click();
      await cell(104).click();
      expect(await removed()).toEqual([5, 104]);
      await expectAccuracy([5, 104]);
      await cell(5).click();
      await expectAccuracy([104]);
    });

    test("by one drag over several, which is one step back", async () => {
      await choose("Remove");
      const [from, to] = [(await cell(22).boundingBox())!, (await cell(25).boundingBox())!];
      await page.mouse.move(from.x + 10, from.y + 10);
      await page.mouse.down();
      await page.mouse.move(to.x + 10, to.y + 10, { steps: 12 });
      await page.mouse.up();
      expect(await removed()).toEqual([22, 23, 24, 25]);
      await page.getByRole("button", { name: "Undo" }).click();
      expect(await removed()).toEqual([]);
      await page.keyboard.press("Control+Shift+Z");
      await expectAccuracy([22, 23, 24, 25]);
    });

    test("by keys alone", async () => {
      await cell(0).focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Delete");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("x");
      expect(await removed()).toEqual([1, 2]);
      await page.keyboard.press("Control+Z");
      expect(await removed()).toEqual([1]);
      await expectAccuracy([1]);
    });

    test("by the slider, along any order, to zero or to their means", async () => {
      const values = madeUpTable(0, [100, 100]).measures["entropy"]!;
      await page.locator(".rule-choices").getByLabel("by", { exact: true }).selectOption("entropy");
      await page.locator(".rule-choices").getByLabel("in", { exact: true }).selectOption("layer2");
      await page.locator(".slider input").fill("12");
      const lowest = Array.from({ length: 100 }, (_, neuron) => 100 + neuron)
        .sort((a, b) => values[a]! - values[b]! || a - b)
        .slice(0, 12);
      expect(await removed()).toEqual([...lowest].sort((a, b) => a - b));
      await expectAccuracy(lowest);
      await choose("Zero");
      await expectAccuracy(lowest, "zero");
      expect(await page.locator(".outcome [role=status]").innerText()).toMatch(/^12 neurons removed\. Test accuracy /);
    });

    test("beside the curves of all measures and of random orders", async () => {
      expect(await page.locator("#accuracy-curves .line").count()).toBe(4);
      await page.locator(".charts").getByLabel("in", { exact: true }).selectOption("network");
      await page.getByText("all repeats").click();
      await page.locator("#accuracy-curves .band").nth(3).waitFor();
      expect(await requests("curves")).toMatchObject([{}, { scopes: ["network"] }, { repeats: [0, 1, 2] }]);
    });
  });

  test("reads the answer of all curves, and that fewer than 8 networks have none", async () => {
    await choose("Answer");
    await page.getByText("Too few networks to tell: 3 networks cannot show").waitFor();
    expect((await requests("curves")).at(-1)).toMatchObject({ repeats: [0, 1, 2], modes: ["mean"], answers: true });
    await page.locator(".train").getByLabel("Repeats", { exact: true }).fill("8");
    await page.getByRole("button", { name: "Train" }).click();
    await page.getByText("Epoch 5.0 of 10").waitFor();
    await page.evaluate(() => window.engine.finishTraining());
    await page.locator(".answer-sentence", { hasText: /^(Yes|No|In part|Not shown): / }).waitFor();
    const rows = page.locator(".answer-effects tr[class]");
    expect(await rows.count()).toBe(6); // three measures in two layers
    const texts = await rows.locator("td:last-child").allTextContents();
    expect(texts.every((text) => ["better", "worse", "undecided"].includes(text))).toBe(true);
    await choose("Zero");
    await page.getByText("replaced by zero; a good guide").waitFor();
  });

  test("compares two measures, picks neurons with a brush and removes them", async () => {
    await choose("Compare");
    await page.locator(".charts").getByLabel("x", { exact: true }).selectOption("kl_selectivity");
    const box = (await page.locator(".brushable").boundingBox())!;
    await page.mouse.move(box.x + 60, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + 140, box.y + 90, { steps: 4 });
    await page.mouse.up();
    const picked = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".cell.brushed")].map((element) => Number(element.dataset["row"])),
    );
    expect(picked.length).toBeGreaterThan(0);
    expect(picked.length).toBeLessThan(200);
    await page.getByRole("button", { name: "Remove picked" }).click();
    expect(await removed()).toEqual(picked);
    await expectAccuracy(picked);
  });

  test("picks neurons of the scatter by keyboard, hears how many, and removes them", async () => {
    await choose("Compare");
    const chart = page.getByRole("application", { name: "Selection by keyboard" });
    await chart.focus();
    await page.keyboard.press("ArrowRight");
    for (const key of ["ArrowLeft", "ArrowLeft", "ArrowDown", "Shift+ArrowRight", "Shift+ArrowUp"])
      await page.keyboard.press(key);
    await page.locator(".charts .brush").waitFor();
    for (let steps = 0; steps < 16; steps++) await page.keyboard.press("Shift+ArrowRight");
    for (let steps = 0; steps < 16; steps++) await page.keyboard.press("Shift+ArrowDown");
    const picked = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>(".cell.brushed")].map((element) => Number(element.dataset["row"])),
    );
    expect(picked.length).toBeGreaterThan(0);
    expect(picked.length).toBeLessThan(200);
    expect(await page.locator(".charts").getByRole("status").first().innerText()).toBe(
      `${picked.length} neurons picked`,
    );
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Enter");
    expect(await removed()).toEqual(picked);
    await page.keyboard.press("Escape");
    expect(await page.locator(".cell.brushed, .charts .brush").count()).toBe(0);
    await expectAccuracy(picked);
  });

  describe("takes and brings", () => {
    test("the results of what was trained here as a .zip", async () => {
      expect(await page.getByRole("button", { name: "Export .zip" }).isDisabled()).toBe(true);
      await page.getByRole("button", { name: "Train" }).click();
      await page.getByText("Epoch 5.0 of 10").waitFor();
      await page.evaluate(() => window.engine.finishTraining());
      const download = page.waitForEvent("download");
      await page.getByRole("button", { name: "Export .zip" }).click();
      const file = await download;
      expect(file.suggestedFilename()).toBe("study.zip");
      expect(await readFile(await file.path(), "utf8")).toBe("made up");
    });

    test("a figure as SVG with its colours, title and legend, and as PNG", async () => {
      const svg = page.waitForEvent("download");
      await page.getByRole("button", { name: "SVG" }).click();
      const text = await readFile(await (await svg).path(), "utf8");
      expect(text).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      expect(text).toContain('stroke="rgb(0, 114, 178)"');
      expect(text).not.toMatch(/class=|var\(|style=/);
      const words = [...text.matchAll(/<text[^>]*>([^<]*)</g)].map(([, word]) => word).join(" ");
      expect(words).toContain("Test accuracy as neurons are removed, lowest first, in layer 1");
      expect(words).toContain("mnist, 784 – 100 – 100 – 10 sigmoid, repeat 0");
      expect(words).toMatch(/replaced by their mean\..*Entropy Mutual information KL selectivity Random$/);
      // Title and legend keep within the picture.
      const [, width, height] = /viewBox="0 0 (\d+) ([\d.]+)"/.exec(text)!.map(Number);
      const chart = await page.locator("#accuracy-curves").evaluate((element) => element.clientHeight);
      expect(height!).toBeGreaterThan(chart + 50);
      const png = page.waitForEvent("download");
      await page.getByRole("button", { name: "PNG" }).click();
      const bytes = await readFile(await (await png).path());
      expect([...bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
      expect(bytes.readUInt32BE(16)).toBe(2 * width!);
      expect(bytes.readUInt32BE(20)).toBe(Math.floor(2 * height!));
      expect(await page.locator("body > svg").count()).toBe(0);
    });

    test("a scatter as SVG that says which marks are of which layer, and removed", async () => {
      await choose("Compare");
      await page.locator(".slider input").fill("3");
      const svg = page.waitForEvent("download");
      await page.getByRole("button", { name: "SVG" }).click();
      const text = await readFile(await (await svg).path(), "utf8");
      const words = [...text.matchAll(/<text[^>]*>([^<]*)</g)].map(([, word]) => word).join(" ");
      expect(words).toContain("Mutual information over entropy, one mark a neuron");
      expect(words).toMatch(/layer 1 layer 2 removed \(3\)$/);
    });

    test("a link that restores settings and seed", async () => {
      await page.getByLabel("Seed").fill("41");
      await page.getByLabel("Hidden layers").fill("64");
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      await page.goto("about:blank");
      await page.goto(link);
      expect(await page.getByLabel("Seed").inputValue()).toBe("41");
      expect(await page.getByLabel("Hidden layers").inputValue()).toBe("64");
    });

    test("a link that restores the whole view, once its networks are trained", async () => {
      await page.getByLabel("Seed").fill("41");
      await page.getByRole("button", { name: "Train" }).click();
      await page.getByText("Epoch 5.0 of 10").waitFor();
      await page.evaluate(() => window.engine.finishTraining());
      await page.getByText("trained here").waitFor();
      await page.getByLabel("Repeat", { exact: true }).selectOption("1");
      await page.locator(".rule-choices").getByLabel("in", { exact: true }).selectOption("layer2");
      await page.locator(".slider input").fill("7");
      await choose("Zero");
      await choose("Removal cost");
      await cell(117).click();
      await choose("Compare");
      const out = await removed();
      expect(out).toHaveLength(7);
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      await page.goto("about:blank");
      await page.goto(link);
      await page.getByText("Press Train to get the linked view").waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(await removed()).toEqual([]);
      await page.getByRole("button", { name: "Train" }).click();
      await page.getByText("Epoch 5.0 of 10").waitFor();
      await page.evaluate(() => window.engine.finishTraining());
      await page.getByText("trained here").waitFor();
      expect(await removed()).toEqual(out);
      await expectAccuracy(out, "zero");
      expect(await page.getByLabel("Repeat", { exact: true }).inputValue()).toBe("1");
      await page.getByRole("heading", { name: "Layer 2, neuron 17" }).waitFor();
      expect(await page.getByRole("radio", { name: "Removal cost" }).isChecked()).toBe(true);
      await page.locator("#measures-compared").waitFor();
      expect(await page.getByText("You opened a link").count()).toBe(0);
    });

    test("a link into the page that is open already", async () => {
      await page.evaluate(() => {
        location.hash = "seed=5&study=trained&data=000000000000&removed=1";
      });
      await page.getByText("Press Train to get the linked view").waitFor();
      expect(await page.getByLabel("Seed").inputValue()).toBe("5");
      await page.getByRole("button", { name: "Forget it" }).click();
      expect(await page.getByText("You opened a link").count()).toBe(0);
    });

    test("files by a drop, and is told at the drop zone what is wrong with them", async () => {
      await page.evaluate(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(["not a network"], "cat.jpg"));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
      });
      const alert = page.locator(".drop").getByRole("alert");
      await alert.getByText("cat.jpg: this is not a network").waitFor();
      await alert.getByRole("button", { name: "Close" }).click();
      expect(await alert.count()).toBe(0);
      await cell(7).click();
      await page.getByRole("heading", { name: "Layer 1, neuron 7" }).waitFor();
    });
  });
});
