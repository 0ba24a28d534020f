/**
 * The built page with its real worker, in Chromium on SwiftShader: what a visitor can do, one test each. The tests go on
 * from one another, as a visitor does. npm run build:web comes before.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../../src/models/safetensors-model.ts";
import { type StaticServer, serveFolder } from "../../../src/platform/node/static-server.ts";
import { percent } from "../../../web/ui/numbers.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { commandLine, root } from "../../support/command-line.ts";
import { idxNames, tinyIdxFiles, writeFolder } from "../../support/idx-folders.ts";
import { realNetwork, testRandom } from "../../support/networks.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { accessibilityFaults, openPage, type WatchedPage } from "../support/lab-page.ts";
import { type Visitor, visitorOf } from "../support/visitor.ts";

const settings = "hidden=12-8&activation=sigmoid&epochs=6&repeats=2&seed=5&batchSize=64&learningRate=0.01&l2=0.00001";
const pictures = join(root, "out/lab-pictures");

describe.skipIf(noChromium !== undefined)("in a browser, a visitor", () => {
  const folder = scratchFolder();
  let chromium: TestBrowser;
  let server: StaticServer;
  let watched: WatchedPage;
  let page: Page;
  let visitor: Visitor;
  /** Files of the exported .zip. */
  let exported: Record<string, Uint8Array>;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    [chromium, server] = await Promise.all([launchChromium(), serveFolder(join(root, "dist/web"))]);
    watched = await openPage(chromium.browser, `${server.url}#${settings}`);
    page = watched.page;
    visitor = visitorOf(page);
  });
  afterAll(async () => {
    await chromium.close();
    await server.close();
  });

  const picture = (name: string) => page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  const faultText = async () => {
    const alert = page.locator(".drop").getByRole("alert");
    await alert.waitFor();
    const text = await alert.innerText();
    await alert.getByRole("button", { name: "Close" }).click();
    return text;
  };

  test("finds a finished study, and is told of the software adapter", async () => {
    await visitor.origin("a finished study");
    await page.getByText("This is a software adapter").waitFor();
    await page.locator(".chip", { hasText: "swiftshader" }).waitFor();
    expect(await page.locator("[data-row]").count()).toBe(200);
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture("finished");
  });

  test("trains, sees loss and accuracy of each repeat as they come, pauses and goes on", async () => {
    await page.getByRole("button", { name: "Train" }).click();
    await page.locator(".training-line", { hasText: /^Epoch/ }).waitFor();
    // The networks are there while they train; which epoch's a frame shows is the machine's affair.
    await visitor.origin("trained here, after epoch");
    await page.locator(".chip").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Paused, epoch").waitFor();
    // What was submitted already is still told of.
    await page.waitForTimeout(1000);
    const held = await page.locator(".training-line").innerText();
    await page.waitForTimeout(1500);
    expect(await page.locator(".training-line").innerText()).toBe(held);
    await page.getByRole("button", { name: "Resume" }).click();
    await visitor.origin("trained here");
    await page.getByText("Trained, 6 epochs", { exact: true }).waitFor();
    const rows = page.getByRole("region", { name: "Loss and validation accuracy of the repeats" }).locator("tbody tr");
    expect(await rows.count()).toBe(2);
    for (const text of await rows.allInnerTexts()) expect(text).toMatch(/^[01]\s+[\d.]+\s+(4|5|6|7|8|9)\d\.\d %$/);
    expect(await page.locator("#training-loss .line").first().getAttribute("d")).toMatch(/^M.*L.*L/);
    await picture("trained");
  });

  test("goes back to an epoch, and everything shown is of that", async () => {
    const last = await visitor.accuracy();
    const slider = page.locator(".epoch-slider input");
    await slider.fill("1");
    await visitor.origin("trained here, after epoch 2");
    const validation = (await page.locator(".repeat-table tbody tr").first().innerText()).split(/\s+/);
    expect(validation).toHaveLength(4);
    // The summary that came with the networks, and an evaluation of them on the test set, say the same.
    const option = page.getByLabel("Repeat", { exact: true }).locator("option:checked");
    const told = /test (.*)$/.exec(await option.innerText())![1]!;
    await page.locator(".readout-value", { hasText: told }).first().waitFor();
    expect(await visitor.accuracy()).toBe(told);
    expect(told).not.toBe(last);
    await page.locator("#accuracy-curves .line").nth(3).waitFor();
    await picture("epoch");
    await slider.fill("5");
    await page.locator(".study-note", { hasText: /^trained here$/ }).waitFor();
    expect(await visitor.accuracy()).toBe(last);
    await page.locator(".facts div", { hasText: "Removal costs" }).getByText("points").waitFor();
  });

  test("sees what a neuron knows, and the digits that make it fire", async () => {
    await page.locator('[data-row="14"]').click();
    await page.getByRole("heading", { name: "Layer 2, neuron 2" }).waitFor();
    await page.locator(".digit-strip canvas").nth(15).waitFor();
    const activations = await page
      .locator(".digit-strip li")
      .evaluateAll((items) => items.map((item) => Number(item.getAttribute("title")!.split(" ").at(-1))));
    expect(Math.min(...activations.slice(0, 8))).toBeGreaterThanOrEqual(Math.max(...activations.slice(8)));
    await page.locator(".facts div", { hasText: "Removal costs" }).getByText("points").waitFor();
    const firing = await page
      .locator(".class-bars", { hasText: "Fires, by class" })
      .locator("li")
      .evaluateAll((bars) =>
        bars.map((bar) =>
          bar
            .getAttribute("title")!
            .match(/fires for (\d+) of (\d+)/)!
            .slice(1)
            .map(Number),
        ),
      );
    expect(firing.reduce((sum, [, samples]) => sum + samples!, 0)).toBe(2000);
  });

  test("sees what a digit is taken for, and which neurons carry that", async () => {
    await page.locator(".digit-pick").first().click();
    await page.getByText(/^Validation sample \d+, an? \d\.$/).waitFor();
    const scores = page.locator(".class-bars", { hasText: "Scores, all neurons" }).locator("li");
    const shares = await scores.evaluateAll((bars) =>
      bars.map((bar) => Number(/([\d.]+) %/.exec(bar.getAttribute("title")!)![1])),
    );
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0);
    expect(await page.locator(".carriers button").count()).toBe(6);
    await page.getByRole("radio", { name: "output", exact: true }).check();
    await page.locator(".slider input").fill("12");
    await page.getByText(/^12 removed: taken for \d, /).waitFor();
    await picture("digit");
    await page.locator(".slider input").fill("0");
    await page.locator(".choice-option", { hasText: "Mutual information" }).click();
    await page.locator(".choice-option", { hasText: "Curves" }).click();
  });

  test("removes neurons, and accuracy follows: to that of the curve, and back", async () => {
    await page.locator("#accuracy-curves .line").nth(3).waitFor();
    const intact = await visitor.accuracy();
    await page.locator(".slider input").fill("7");
    const removed = await visitor.accuracy();
    // The same order's curve, computed by the sweep, passes through what the evaluation of the set says.
    expect(await page.locator(".series li", { hasText: "Mutual information" }).locator("b").innerText()).toBe(removed);
    expect(removed).not.toBe(intact);
    await page.locator('[data-row="3"]').focus();
    await page.keyboard.press("Delete");
    await visitor.settled();
    for (const _ of [1, 2]) await page.keyboard.press("Control+Z");
    expect(await visitor.accuracy()).toBe(intact);
    await picture("removed");
  });

  test("compares two measures and removes what a brush picks; repeats are bands", async () => {
    await page.locator(".choice-option", { hasText: "Compare" }).click();
    const box = (await page.locator(".brushable").boundingBox())!;
    await page.mouse.move(box.x + 54, box.y + 4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 12, box.y + 70, { steps: 6 });
    await page.mouse.up();
    const picked = await page.locator(".cell.brushed").count();
    expect(picked).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Remove picked" }).click();
    expect(await page.locator(".cell.out").count()).toBe(picked);
    await visitor.settled();
    await picture("compared");
    await page.getByRole("button", { name: "Restore all" }).click();
    await page.locator(".choice-option", { hasText: "Curves" }).click();
    await page.getByText("all repeats").click();
    await page.locator("#accuracy-curves .band").nth(3).waitFor();
  });

  test("takes the result files as the command line writes them, with their report", async () => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export .zip" }).click();
    exported = unzipSync(await readFile(await (await download).path()));
    const names = Object.keys(exported).map((name) => name.replace(/^[^/]+\//, ""));
    expect(names.filter((name) => !name.startsWith("figures/")).sort()).toEqual([
      "claims.json",
      "curves.csv",
      "models/repeat-000.safetensors",
      "models/repeat-001.safetensors",
      "neurons.csv",
      "orders.csv",
      "report.html",
      "single.csv",
      "study.json",
      "summary.csv",
    ]);
    expect(names.filter((name) => /^figures\/.*\.svg$/.test(name)).length).toBeGreaterThan(4);
  });

  test("reads the report that was exported, which is the command line's, figure by figure", async () => {
    for (const [name, bytes] of Object.entries(exported)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    const [unpacked] = Object.keys(exported)[0]!.split("/") as [string];
    const own = join(folder, "report-of-node");
    expect(await commandLine(["report", join(folder, unpacked), "--out", own])).toMatchObject({ exitCode: 0 });
    for (const [name, bytes] of Object.entries(exported)) {
      if (!/\/(figures\/.*|report\.html|summary\.csv|claims\.json)$/.test(name)) continue;
      const same = readFileSync(join(own, name.slice(unpacked.length + 1)), "utf8");
      expect(Buffer.from(bytes).toString("utf8") === same, name).toBe(true);
    }
    const report = await openPage(chromium.browser, pathToFileURL(join(folder, unpacked, "report.html")).href);
    expect(await report.page.locator("svg").count()).toBeGreaterThan(4);
    await report.page.screenshot({ path: join(pictures, "exported-report.png") });
    await report.page.context().close();
  });

  test("brings a folder of results back", async () => {
    const [unpacked] = Object.keys(exported)[0]!.split("/") as [string];
    const intact = await visitor.accuracy();
    await page.locator("input[type=file]").nth(1).setInputFiles(join(folder, unpacked));
    await visitor.origin("results");
    expect(await visitor.accuracy()).toBe(intact);
    expect(await page.locator("[data-row]").count()).toBe(20);
  });

  test("brings a network", async () => {
    const name = Object.keys(exported).find((file) => file.endsWith("001.safetensors"))!;
    await visitor.give({ name: "mine.safetensors", buffer: exported[name]! });
    await visitor.origin("network mine.safetensors");
    await visitor.settled();
    const { layers } = decodeSafetensors(exported[name]!, name);
    expect(await page.locator("[data-row]").count()).toBe(layers[0]!.outputs + layers[1]!.outputs);
  });

  test.each<[string, string, () => { readonly name: string; readonly buffer: Uint8Array }[]]>([
    [
      "a picture",
      "cat.jpg.safetensors",
      () => [{ name: "cat.jpg.safetensors", buffer: Buffer.from("\xff\xd8\xff\xe0 JFIF", "latin1") }],
    ],
    ["a header of 2 GB", "large.safetensors", () => [{ name: "large.safetensors", buffer: largeHeader() }]],
    ["weights that are no numbers", "nan.safetensors", () => [{ name: "nan.safetensors", buffer: notANumber() }]],
    ["truncated IDX files", idxNames.trainImages, () => truncatedIdx()],
  ])("is told at the drop zone of %s, and the page goes on", async (_, file, files) => {
    const before = await page.locator(".study-note").innerText();
    await visitor.give(...files());
    const text = await faultText();
    expect(text).toContain(file);
    expect(text).toMatch(/expected[\s\S]*found[\s\S]*to do/);
    expect(await page.locator(".study-note").innerText()).toBe(before);
    await page.locator('[data-row="1"]').click();
    await page.getByRole("heading", { name: "Layer 1, neuron 1" }).waitFor();
  });

  test("brings data of other sizes, trains on them, and goes back to the digits", async () => {
    const data = writeFolder(folder, "tiny", tinyIdxFiles());
    await page.locator("input[type=file]").nth(1).setInputFiles(data);
    await page.locator(".drop", { hasText: "tiny" }).waitFor();
    await page.getByRole("button", { name: "Train" }).click();
    await page.locator(".network", { hasText: "36 – 12 – 8 – 3" }).waitFor();
    await page.locator(".study-note", { hasText: /^trained here$/ }).waitFor();
    expect(await page.locator(".class-bars").first().locator("li").count()).toBe(3);
    await page.getByRole("button", { name: "Use digits" }).click();
    await page.locator(".drop", { hasText: "mnist" }).waitFor();
  });

  test("compares the two trainings of the visit", async () => {
    await page.locator(".choice-option", { hasText: "Trainings" }).click();
    const rows = page.locator(".compared-trainings tbody tr");
    const told = await rows.evaluateAll((all) =>
      all.map((row) => [...row.children].map(({ textContent }) => textContent)),
    );
    const [file] = Object.keys(exported).filter((name) => name.endsWith("study.json")) as [string];
    const { repeats } = JSON.parse(Buffer.from(exported[file]!).toString("utf8"));
    const accuracies: number[] = repeats.map(({ testAccuracy }: { testAccuracy: number }) => testAccuracy);
    const [first, second] = accuracies.toSorted((a, b) => a - b) as [number, number];
    const mean = `${percent((first + second) / 2)}, ${percent(first)} to ${percent(second)}`;
    expect(told[0]!.slice(0, 2)).toEqual(["Test accuracy", mean]);
    expect(told.at(-1)).toEqual(["Data", "mnist", "tiny"]);
    await picture("trainings");
  });

  test("has made no request beyond 127.0.0.1, and no error on the console", () => {
    expect(watched.complaints).toEqual([]);
  });
});

function largeHeader(): Uint8Array {
  const bytes = new Uint8Array(64);
  new DataView(bytes.buffer).setBigUint64(0, 2_000_000_000n, true);
  return bytes;
}

function notANumber(): Uint8Array {
  const bytes = encodeSafetensors(realNetwork(testRandom(1), [784, 4, 10], "sigmoid"));
  new DataView(bytes.buffer, bytes.byteOffset).setFloat32(bytes.length - 4, Number.NaN, true);
  return bytes;
}

function truncatedIdx() {
  return [...tinyIdxFiles()].map(([name, bytes]) => ({
    name,
    buffer: name === idxNames.trainImages ? bytes.subarray(0, bytes.length - 5) : bytes,
  }));
}
