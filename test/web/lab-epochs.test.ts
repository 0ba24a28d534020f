/** The epochs of a training in the lab: what is shown after each is a training of so many epochs, to the bit. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readIdxFolder } from "../../src/data/images/idx-folder.ts";
import { createContext } from "../../src/gpu/device/context.ts";
import { Devices } from "../../src/gpu/device/devices.ts";
import { givenSource } from "../../src/platform/browser/given-files.ts";
import { openAdapter } from "../../src/platform/node/adapters.ts";
import { runStudy, type StudyOutcome } from "../../src/study/study.ts";
import type { LabNotice, LabSettings } from "../../web/engine/protocol.ts";
import { configOf } from "../../web/engine/settings.ts";
import { testAdapterName } from "../support/gpu.ts";
import { tinyIdxFiles } from "../support/idx-folders.ts";
import { givenFiles, type LabInNode, openTinyLab, settled, tinyLabSettings } from "../support/lab-in-node.ts";

const settings: LabSettings = { ...tinyLabSettings, epochs: 4 };

/** What a training of so many epochs gives on the command line. */
async function freshStudy(epochs: number): Promise<StudyOutcome> {
  const dataset = await readIdxFolder(givenSource(givenFiles(tinyIdxFiles())), "bands");
  const { adapter, facts } = await openAdapter({ name: testAdapterName });
  using devices = new Devices(await createContext(adapter, facts));
  return await runStudy(devices, dataset, configOf({ ...settings, epochs }, "bands"), () => 0);
}

/** What is told of the study on show: of the last `study` and what follows it. */
function shownLast({ notices }: LabInNode) {
  const own = notices.slice(notices.findLastIndex(({ type }) => type === "study"));
  const last = <T extends LabNotice["type"]>(type: T) =>
    own.findLast((notice): notice is Extract<LabNotice, { type: T }> => notice.type === type);
  return { study: last("study")!, measured: last("measured")!, orders: last("orders")!, singles: last("singles") };
}

describe("a training that is shown while it goes on", () => {
  let lab: LabInNode;
  beforeAll(async () => {
    lab = await openTinyLab();
    lab.send({ type: "start", settings, live: true });
    await settled(lab);
  });
  afterAll(() => lab.loseDevice());

  test("tells a study after every epoch, each that of a training of so many epochs", async () => {
    const studies = lab.notices.filter((notice) => notice.type === "study");
    expect(studies.map(({ epoch }) => epoch?.shown)).toEqual([1, 2, 3, 4]);
    expect(studies.map(({ config }) => config?.epochs)).toEqual([1, 2, 3, 4]);
    const measured = lab.notices.filter((notice) => notice.type === "measured");
    for (const epochs of [1, 3]) {
      const { repeats, neurons } = await freshStudy(epochs);
      expect(measured[epochs - 1]).toMatchObject({ repeats, neurons });
    }
    // Single removals take longer than an epoch may: they are of the last one.
    expect(lab.notices.filter(({ type }) => type === "singles").length).toBeGreaterThan(0);
    const first = lab.notices.findIndex(({ type }) => type === "singles");
    expect(lab.notices.slice(0, first).filter(({ type }) => type === "study")).toHaveLength(4);
  });

  test.each([2, 4])("goes back to epoch %d, and everything is of that", async (epoch) => {
    lab.send({ type: "epoch", epoch });
    await settled(lab);
    const { repeats, neurons, orders, singles, curves } = await freshStudy(epoch);
    const shown = shownLast(lab);
    expect(shown.study).toMatchObject({ epoch: { shown: epoch, kept: [1, 2, 3, 4] }, config: { epochs: epoch } });
    expect(shown.measured).toMatchObject({ repeats, neurons });
    expect(shown.orders.orders).toEqual(orders);
    expect(shown.singles!.singles).toEqual(singles);
    const evaluated = lab.next("evaluated");
    lab.send({ type: "evaluate", sequence: epoch, repeat: 1, removed: [], mode: "mean" });
    expect((await evaluated).evaluation.correct).toBe(repeats[1]!.testCorrect);
    const told = lab.next("curves");
    lab.send({ type: "curves", request: epoch, repeats: [0], scopes: ["layers"], modes: ["mean"] });
    for (const curve of (await told).curves) expect(curves).toContainEqual(curve);
    await settled(lab);
  });
});

test("a training that is stopped leaves its last epoch on show, with what that lacked", async () => {
  const lab = await openTinyLab();
  lab.send({ type: "start", settings: { ...settings, epochs: 5000 }, live: true });
  for (let epoch = 0; epoch < 3; epoch++) await lab.next("study");
  lab.send({ type: "epoch", epoch: 2 });
  for (let study = await lab.next("study"); study.epoch?.shown !== 2; study = await lab.next("study"));
  const done = lab.next("singles");
  lab.send({ type: "stop" });
  await done;
  await settled(lab);
  const { study, singles, measured } = shownLast(lab);
  const fresh = await freshStudy(2);
  expect(study.epoch?.shown).toBe(2);
  expect(measured).toMatchObject({ repeats: fresh.repeats, neurons: fresh.neurons });
  expect(singles!.singles).toEqual(fresh.singles);
  lab.loseDevice();
});

test("a training that is not shown meanwhile tells of one study, and its epochs can be gone back to", async () => {
  const lab = await openTinyLab();
  lab.send({ type: "epoch", epoch: 1 });
  expect((await lab.next("fault")).fault.what).toMatch(/no study yet/);
  lab.send({ type: "start", settings });
  await settled(lab);
  await settled(lab);
  expect(lab.notices.filter(({ type }) => type === "study")).toHaveLength(1);
  lab.send({ type: "epoch" });
  await settled(lab);
  expect(shownLast(lab).study.epoch?.shown).toBe(4);
  lab.loseDevice();
});
