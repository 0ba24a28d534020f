/**
 * The built page with its real worker, in Chromium on SwiftShader: what a visitor brings as files, and draws. Each outcome is
 * compared with a pass in float64. npm run build:web comes before.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Activation, layerActivation } from "../../../src/core/activation.ts";
import { RunError } from "../../../src/core/errors.ts";
import type { DenseLayer } from "../../../src/core/layers/dense.ts";
import type { Network } from "../../../src/core/network.ts";
import { openNetwork } from "../../../src/host/open-network.ts";
import { readStudyData } from "../../../src/host/study-data.ts";
import { encodeNpz } from "../../../src/models/numpy/numpy-model.ts";
import { encodeSafetensors } from "../../../src/models/safetensors-model.ts";
import { type StaticServer, serveFolder } from "../../../src/platform/node/static-server.ts";
import { forwardLayer, pixelValues } from "../../../src/reference/forward.ts";
import { forwardNetwork } from "../../../src/reference/network.ts";
import { percent } from "../../../web/ui/numbers.ts";
import { launchChromium, noChromium, type TestBrowser } from "../../support/chromium.ts";
import { root } from "../../support/command-line.ts";
import { npy, npz, png } from "../../support/data-files.ts";
import { tableText } from "../../support/labelled-table.ts";
import { realLayer, realNetwork, testRandom } from "../../support/networks.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { accessibilityFaults, openPage, type WatchedPage } from "../support/lab-page.ts";
import { type Visitor, visitorOf } from "../support/visitor.ts";

const pictures = join(root, "out/lab-pictures");
const scratch = scratchFolder();
/** Of weights small enough that scores are of several classes. */
const random = testRandom(9);
const network = {
  activation: "sigmoid",
  layers: [realLayer(random, 784, 12, 0.2), realLayer(random, 12, 8), realLayer(random, 8, 10)],
} as const;

describe.skipIf(noChromium !== undefined)("in a browser, a visitor", () => {
  let chromium: TestBrowser;
  let server: StaticServer;
  let watched: WatchedPage;
  let page: Page;
  let visitor: Visitor;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    [chromium, server] = await Promise.all([launchChromium(), serveFolder(join(root, "dist/web"))]);
    watched = await openPage(chromium.browser, server.url);
    page = watched.page;
    visitor = visitorOf(page);
    await visitor.origin("a finished study");
  });
  afterAll(async () => {
    await chromium.close();
    await server.close();
  });

  const picture = (name: string) => page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  const scoreTexts = (title: string) =>
    page
      .locator(".class-bars", { hasText: title })
      .locator("li")
      .evaluateAll((bars) => bars.map((bar) => bar.getAttribute("title")));
  /** What the network gets of what is drawn. */
  const drawnPixels = () =>
    page.locator(".as-given canvas").evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: canvas.width * canvas.height }, (_, pixel) => data[4 * pixel]!);
    });

  test("draws a digit with the mouse: its scores are those of a fresh pass, with all neurons and without one", async () => {
    await visitor.give({ name: "mine.safetensors", buffer: encodeSafetensors(network) });
    await visitor.origin("network mine.safetensors");
    await page.locator(".choice-option", { hasText: "Digit" }).click();
    const { x, y, width } = (await page.locator(".draw-pad").boundingBox())!;
    await page.mouse.move(x + width * 0.3, y + width * 0.2);
    await page.mouse.down();
    for (const [across, down] of [
      [0.7, 0.2],
      [0.5, 0.9],
    ] as const)
      await page.mouse.move(x + width * across, y + width * down, { steps: 8 });
    await page.mouse.up();
    await page.getByText("Drawn by hand.").waitFor();
    await page.locator(".digit-view[aria-busy=false]").waitFor();
    await page.locator(".choice-option", { hasText: "Zero" }).click();
    await page.locator('[data-row="3"]').focus();
    await page.keyboard.press("x");
    await page.getByText(/^1 removed: taken for/).waitFor();
    const pixels = await drawnPixels();
    expect(pixels.filter((ink) => ink > 0).length).toBeGreaterThan(40);
    const inputs = pixelValues(pixels);
    expect(await scoreTexts("Scores, all neurons")).toEqual(scoresText(forwardNetwork(network, inputs).at(-1)!));
    const [first, second, last] = network.layers as [DenseLayer, DenseLayer, DenseLayer];
    const below = forwardLayer(inputs, first, "sigmoid");
    below[3] = 0;
    const logits = forwardLayer(forwardLayer(below, second, "sigmoid"), last, "identity");
    expect(await scoreTexts("Scores, 1 removed")).toEqual(scoresText(logits));
    await picture("drawn");
    await page.getByRole("button", { name: "Restore all" }).click();
    await page.locator(".choice-option", { hasText: "Mean" }).click();
  });

  test("draws with the keys, clears, and picks a sample of a class", async () => {
    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByText("Draw a digit, pick one here, or click one above.").waitFor();
    await page.getByRole("application").focus();
    await page.keyboard.press("Space");
    for (let press = 0; press < 12; press++) await page.keyboard.press("ArrowDown");
    await page.getByText("Drawn by hand.").waitFor();
    await page.locator(".digit-view[aria-busy=false]").waitFor();
    const rows = (await drawnPixels()).flatMap((ink, pixel) => (ink > 0 ? [Math.floor(pixel / 28)] : []));
    expect([Math.min(...rows), Math.max(...rows)]).toEqual([4, 23]);
    await page.getByRole("application").focus();
    await page.keyboard.press("Delete");
    expect(await page.getByText("Drawn by hand.").count()).toBe(0);
    await page.getByLabel("Class of the samples to pick").selectOption("7");
    await page.getByRole("button", { name: "Pick", exact: true }).click();
    const said = page.getByText(/^Validation sample \d+, a 7\.$/);
    await said.waitFor();
    const before = await said.innerText();
    await page.getByRole("button", { name: "Pick", exact: true }).click();
    await page.waitForFunction((text) => !document.body.innerText.includes(text), before);
    await said.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.locator(".choice-option", { hasText: "Curves" }).click();
  });

  test("brings a table, and says in the page what table and network leave unsaid", async () => {
    const table = tableText(400, ["a", "b", "c", "d", "kind"]);
    await visitor.give({ name: "table.csv", buffer: Buffer.from(table) });
    const alert = page.locator(".drop").getByRole("alert");
    await alert.getByText("there is no column label").waitFor();
    await picture("asked");
    expect(await accessibilityFaults(page)).toEqual([]);
    await alert.getByLabel("Class column").fill("kind");
    await alert.getByRole("button", { name: "Read again" }).click();
    await page.locator(".drop", { hasText: "table.csv" }).waitFor();
    await visitor.give({ name: "torch.safetensors", buffer: fixture("torch.safetensors") });
    await alert.getByLabel("Activation").selectOption("tanh");
    await alert.getByRole("button", { name: "Read again" }).click();
    await visitor.origin("network torch.safetensors");
    expect(await visitor.accuracy()).toBe(await accuracyInNode(table, "torch.safetensors", "tanh"));
    expect(await page.getByRole("alert").count()).toBe(0);
    await picture("table");
  });

  test.each(["torch-opset17.onnx", "keras-sequential.h5", "keras-functional.keras"])(
    "brings a network as %s",
    async (name) => {
      await visitor.give({ name, buffer: fixture(name) });
      await visitor.origin(`network ${name}`);
      const table = tableText(400, ["a", "b", "c", "d", "kind"]);
      expect(await visitor.accuracy()).toBe(await accuracyInNode(table, name));
    },
  );

  test("brings arrays of data and a network of arrays, told apart by what they hold", async () => {
    const pixels = testRandom(4);
    const digits = Uint8Array.from({ length: 90 * 16 }, () => pixels.nextBelow(256));
    const classes = Uint8Array.from({ length: 90 }, (_, index) => index % 3);
    await visitor.give({ name: "both.npz", buffer: npz({ X: npy(digits, [90, 4, 4]), y: npy(classes, [90]) }) });
    await page.locator(".drop", { hasText: "both.npz" }).waitFor();
    await visitor.give({ name: "net.npz", buffer: encodeNpz(realNetwork(testRandom(6), [16, 5, 3], "relu")) });
    await visitor.origin("network net.npz");
    await visitor.settled();
    await page.getByRole("button", { name: "Use digits" }).click();
    await page.locator(".drop", { hasText: "mnist" }).waitFor();
  });

  test("drops a folder of pictures, or picks it: a network on them is as good as on the command line", async () => {
    const folder = colouredPictures();
    const colours = realNetwork(testRandom(12), [12 * 12 * 3, 9, 3], "sigmoid");
    await dropFolder(page, folder);
    await page.locator(".data-name", { hasText: "animals, 42 samples" }).waitFor();
    await visitor.give({ name: "colours.safetensors", buffer: encodeSafetensors(colours) });
    await visitor.origin("network colours.safetensors");
    const wanted = percent(await accuracyOn({ data: folder }, colours));
    expect(await visitor.accuracy()).toBe(wanted);
    await page.locator(".digit-pick").first().click();
    await page.getByText(/^Validation sample \d+, of class (ant|bee|cat)\.$/).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await picture("pictures");
    await page.getByRole("button", { name: "Use digits" }).click();
    await page.locator(".data-name", { hasText: "mnist" }).waitFor();
    await page.locator("input[type=file]").nth(1).setInputFiles(folder);
    await page.locator(".data-name", { hasText: "animals, 42 samples" }).waitFor();
  });

  test("is told of a folder of pictures that would lose some, in the command line's words", async () => {
    const folder = colouredPictures();
    writeFileSync(join(folder, "bee/photo.jpg"), "");
    const refused = await readStudyData({ data: folder }, () => {}).catch((error: unknown) => error);
    if (!(refused instanceof RunError)) throw refused;
    await dropFolder(page, folder);
    const alert = page.locator(".drop").getByRole("alert");
    await alert.waitFor();
    const said = await alert.innerText();
    const { what, where, expected, fix } = refused.fault;
    for (const text of [what, where!.slice(folder.length - "animals".length), expected!, fix!])
      expect(said).toContain(text);
    await alert.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Use digits" }).click();
  });

  test("has made no request beyond 127.0.0.1, and no error on the console", () => {
    expect(watched.complaints).toEqual([]);
  });
});

const fixture = (name: string) => readFileSync(join(root, "test/models/fixtures", name));

/** A folder of pictures, 20 in each of three folders; what they show has little to do with their class. */
function colouredPictures(): string {
  const folder = join(scratchFolder(), "animals");
  const random = testRandom(7);
  for (const name of ["ant", "bee", "cat"]) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let number = 0; number < 20; number++) {
      const pixels = Array.from({ length: 12 * 12 * 3 }, () => random.nextBelow(256));
      writeFileSync(join(folder, name, `${number}.png`), png(12, 12, 3, pixels));
    }
  }
  return folder;
}

/** As a visitor does who drags a folder out of a file manager. */
async function dropFolder(page: Page, folder: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [folder], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 600, y: 400, data });
  }
  await session.detach();
}

/** Test accuracy as the page shows it, by a pass in float64. */
async function accuracyInNode(table: string, file: string, activation?: Activation): Promise<string> {
  const options = activation === undefined ? {} : { activation: layerActivation(activation) };
  const { network } = await openNetwork(join(root, "test/models/fixtures", file), options);
  const path = join(scratch, "table.csv");
  writeFileSync(path, table);
  return percent(await accuracyOn({ data: path, label: "kind" }, network));
}

/** Share of the test samples that a pass in float64 takes for their class. */
async function accuracyOn(data: Parameters<typeof readStudyData>[0], network: Network): Promise<number> {
  const { test: own } = await readStudyData(data, () => {});
  const inputs = own.inputs instanceof Uint8Array ? pixelValues(own.inputs) : own.inputs;
  const logits = forwardNetwork(network, inputs).at(-1)!;
  const classes = logits.length / own.count;
  const correct = own.labels.filter((label, sample) => {
    const outputs = logits.subarray(sample * classes, (sample + 1) * classes);
    return outputs.indexOf(Math.max(...outputs)) === label;
  });
  return correct.length / own.count;
}

/** Tooltips of the bars of a softmax. */
function scoresText(logits: Float64Array): string[] {
  const powers = Array.from(logits, (logit) => Math.exp(logit));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power, label) => `${label}: ${percent(power / sum)}`);
}
