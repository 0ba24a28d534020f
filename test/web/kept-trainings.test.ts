/** Trainings outlive the page that made them: shown as they were left, gone on with to the bit, mended, bounded, and harmless where they cannot be kept. */
import { afterAll, describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import type { PartFolders, PartStore } from "../../src/core/part-store.ts";
import type { EarlierTraining, LabNotice, LabSettings } from "../../web/engine/protocol.ts";
import type { LabStorage } from "../../web/engine/training-archive.ts";
import { tinyIdxFiles } from "../support/idx-folders.ts";
import { givenFiles, type LabInNode, openLab, openTinyLab, settled, tinyLabSettings } from "../support/lab-in-node.ts";
import { MemoryFolders } from "../support/memory-folders.ts";

const settings: LabSettings = { ...tinyLabSettings, hidden: [7] };

const labs: LabInNode[] = [];
afterAll(() => {
  for (const lab of labs) lab.loseDevice();
});
async function opened(storage: LabStorage): Promise<LabInNode> {
  const lab = await openTinyLab(storage);
  labs.push(lab);
  return lab;
}
const over = (folders: PartFolders): LabStorage => ({ open: async () => folders });

type Notice<T extends LabNotice["type"]> = Extract<LabNotice, { readonly type: T }>;
const last = <T extends LabNotice["type"]>({ notices }: LabInNode, type: T) =>
  notices.findLast((notice): notice is Notice<T> => notice.type === type);
const listIn = (lab: LabInNode): readonly EarlierTraining[] => last(lab, "trainings")!.trainings;
const storageIn = (lab: LabInNode) => last(lab, "trainings")!.storage;

/** What is told of the study on show, without what tells trainings apart. */
function shownIn(lab: LabInNode) {
  const own = lab.notices.slice(lab.notices.findLastIndex(({ type }) => type === "study"));
  const of = <T extends LabNotice["type"]>(type: T) => own.findLast((one): one is Notice<T> => one.type === type);
  const { epoch, ...about } = of("study")!;
  const { neurons, repeats } = of("measured")!;
  return { about, shown: epoch?.shown, kept: epoch?.kept, neurons, repeats, singles: of("singles")?.singles };
}

async function train(lab: LabInNode, own: Partial<LabSettings> = {}): Promise<void> {
  lab.send({ type: "start", settings: { ...settings, ...own }, live: true });
  await settled(lab);
}

/** Stops a training that would go on for long, once it is at an epoch. */
async function interrupted(lab: LabInNode, epochs: number): Promise<void> {
  lab.send({ type: "start", settings: { ...settings, epochs }, live: true });
  for (let told = await lab.next("epochs"); told.kept.at(-1)! < 2; told = await lab.next("epochs"));
  lab.send({ type: "stop" });
  await settled(lab);
}

async function reopen(lab: LabInNode, training = listIn(lab).at(-1)!.id): Promise<void> {
  lab.send({ type: "reopen", training });
  await settled(lab);
}

/** Another byte in the part whose name begins so. */
async function damage(folders: PartFolders, begins: string): Promise<string> {
  for (const { name: folder } of await folders.list()) {
    const store = folders.folder(folder);
    const part = (await store.list()).find(({ name }) => name.startsWith(begins));
    if (part === undefined) continue;
    const bytes = (await store.read(part.name))!.slice();
    bytes[bytes.length - 3]! ^= 1;
    await store.write(part.name, bytes);
    return part.name;
  }
  throw new Error(`no part begins with ${begins}`);
}

const folders = new MemoryFolders();
const first = await opened(over(folders));
await train(first);
const made = shownIn(first);

describe("a training that was kept", () => {
  test("is in the list, with what it is, how it went, and its size", () => {
    expect(listIn(first)).toHaveLength(1);
    const [training] = listIn(first);
    expect(training).toMatchObject({ number: 1, name: "", isWhole: true, isKept: true, elsewhere: false });
    expect(training).toMatchObject({ config: made.about.config, dataset: made.about.dataset, repeats: made.repeats });
    expect(training!.training).toMatchObject({ epochs: 3, epochsDone: 3, repeats: last(first, "training")!.repeats });
    // Three epochs of two networks at least: 36 inputs, 7 neurons, 3 classes.
    expect(training!.bytes).toBeGreaterThan(3 * 2 * 4 * (37 * 7 + 8 * 3));
  });

  test("is shown after a reload as it was left, and its epochs can be gone back to", async () => {
    const lab = await opened(over(folders));
    expect(listIn(lab)).toEqual(listIn(first));
    await reopen(lab);
    expect(shownIn(lab)).toEqual(made);
    expect(lab.notices.some(({ type }) => type === "training")).toBe(false); // nothing was trained
    lab.send({ type: "epoch", epoch: 2 });
    await settled(lab);
    const fresh = await opened(over(new MemoryFolders()));
    await train(fresh, { epochs: 2 });
    expect(shownIn(lab)).toMatchObject({ shown: 2, neurons: shownIn(fresh).neurons, repeats: shownIn(fresh).repeats });
  });

  test("is shown without its data as far as it was computed, and says what to drop; with them, all of it works", async () => {
    const lab = await openLab(undefined, undefined, over(folders));
    labs.push(lab);
    await reopen(lab);
    const shown = shownIn(lab);
    expect(shown).toMatchObject({ neurons: made.neurons, repeats: made.repeats, singles: made.singles, shown: 3 });
    expect(shown.about).toMatchObject({ live: false, lacking: "its data are not kept: drop bands on the page" });
    lab.send({ type: "evaluate", sequence: 1, repeat: 0, removed: [], mode: "mean" });
    expect((await lab.next("fault")).fault.found).toContain("drop bands");
    lab.send({ type: "load", files: givenFiles(tinyIdxFiles()) });
    await settled(lab);
    expect(shownIn(lab)).toEqual(made);
  });

  test("gets a name, and is gone when it is deleted", async () => {
    const own = new MemoryFolders();
    const lab = await opened(over(own));
    await train(lab);
    const { id } = listIn(lab)[0]!;
    const renamed = lab.next("trainings");
    lab.send({ type: "rename", training: id, name: "  two\nlines " });
    await renamed;
    const reloaded = await opened(over(own));
    expect(listIn(reloaded)[0]!.name).not.toContain("\n");
    expect(listIn(reloaded)[0]!.name).toMatch(/^two.*lines$/);
    const forgotten = reloaded.next("trainings");
    reloaded.send({ type: "forget", training: id });
    expect((await forgotten).trainings).toEqual([]);
    expect(await own.list()).toEqual([]);
    const looked = lab.next("trainings");
    lab.send({ type: "listTrainings" });
    expect((await looked).trainings).toEqual([]);
    lab.send({ type: "reopen", training: id });
    expect((await lab.next("fault")).fault.what).toBe("this training is not there any more");
  });
});

test("a training that was interrupted is gone on with after a reload, and has the bits of an undisturbed one", async () => {
  const own = new MemoryFolders();
  const lab = await opened(over(own));
  await interrupted(lab, 12);
  const { training, isWhole } = listIn(lab)[0]!;
  expect([isWhole, training.epochs]).toEqual([false, 12]);
  expect(training.epochsDone).toBeGreaterThanOrEqual(2);
  const reloaded = await opened(over(own));
  await reopen(reloaded);
  expect(shownIn(reloaded).shown).toBe(Math.floor(training.epochsDone));
  reloaded.send({ type: "continue", training: listIn(reloaded)[0]!.id });
  await settled(reloaded);
  const fresh = await opened(over(new MemoryFolders()));
  fresh.send({ type: "start", settings: { ...settings, epochs: 12 } });
  await settled(fresh);
  const [a, b] = [shownIn(reloaded), shownIn(fresh)];
  expect(a).toEqual(b);
  expect(a.kept).toHaveLength(12);
  expect(listIn(reloaded)[0]).toMatchObject({ isWhole: true, number: 1 });
  expect(listIn(reloaded)[0]!.training.repeats).toEqual(listIn(fresh)[0]!.training.repeats);
  // A checkpoint is of no use any more.
  const parts = await own.folder(listIn(reloaded)[0]!.id).list();
  expect(parts.filter(({ name }) => name.startsWith("checkpoint-"))).toEqual([]);
});

describe("damage", () => {
  test("of networks is found and named, their epoch left out, and trained again by going on", async () => {
    const own = new MemoryFolders();
    await train(await opened(over(own)));
    const part = await damage(own, "network-001");
    const lab = await opened(over(own));
    await reopen(lab);
    expect(storageIn(lab).notes.join()).toContain(
      `the part ${part.slice(0, "network-001-12345678".length)} was damaged`,
    );
    const { kept } = shownIn(lab);
    expect(kept).toHaveLength(2);
    const { id, isWhole } = listIn(lab)[0]!;
    expect(isWhole).toBe(false);
    lab.send({ type: "continue", training: id, live: true });
    await settled(lab);
    expect(shownIn(lab)).toEqual(made);
    expect(listIn(lab)[0]!.isWhole).toBe(true);
    const again = await opened(over(own));
    await reopen(again);
    expect(shownIn(again)).toEqual(made);
    expect(storageIn(again).notes).toEqual([]);
  });

  test("of what was computed is found and named, and it is computed again", async () => {
    const own = new MemoryFolders();
    await train(await opened(over(own)));
    await damage(own, "table-000");
    const lab = await opened(over(own));
    await reopen(lab);
    expect(storageIn(lab).notes.join()).toMatch(/the part table-000-[0-9a-f]{8} was damaged .* computed again/);
    expect(shownIn(lab)).toEqual(made);
  });

  test("of what says how it went costs the training, and says so", async () => {
    const own = new MemoryFolders();
    await train(await opened(over(own)));
    await damage(own, "training");
    const lab = await opened({ ...over(own), locks: noLocks });
    expect(listIn(lab)).toEqual([]);
    expect(storageIn(lab).notes.join()).toContain("its part training was damaged");
    expect(await own.list()).toEqual([]);
  });
});

/** Of one tab alone. */
const noLocks = {
  query: async () => ({ held: [], pending: [] }),
  request: async (_name: string, _options: LockOptions, work: (lock: Lock | null) => Promise<void>) => work({} as Lock),
} as unknown as LockManager;

describe("a storage", () => {
  test("that is denied is said, and everything else works", async () => {
    const fault = { what: "the browser denies this page its storage", fix: "leave the private window" };
    const lab = await opened({ open: () => Promise.reject(new RunError(fault)) });
    expect(storageIn(lab).fault).toEqual(fault);
    await train(lab);
    expect(shownIn(lab)).toEqual(made);
    expect(listIn(lab)[0]).toMatchObject({ isKept: false, bytes: 0, isWhole: true });
    expect(last(lab, "fault")?.about).toBe("open"); // of the digits, which are not there
  });

  test("that fills up in the middle is said, and the training goes on", async () => {
    const own = new MemoryFolders();
    const lab = await opened(over(fullAfter(own, 2)));
    await train(lab);
    expect(shownIn(lab)).toEqual(made);
    expect(storageIn(lab).fault?.what).toBe("the browser's storage is full");
    expect(listIn(lab)[0]).toMatchObject({ isKept: false, isWhole: true });
    // What is there of it, its record and a network, does no harm, and goes with the next visit.
    expect(await own.list()).toHaveLength(1);
    const reloaded = await opened({ ...over(own), locks: noLocks });
    expect(listIn(reloaded)).toEqual([]);
    expect(await own.list()).toEqual([]);
  });

  test("has the oldest without a name dropped where there is no room, and says so", async () => {
    const own = new MemoryFolders();
    const probe = await opened(over(own));
    await train(probe);
    const { bytes, id } = listIn(probe)[0]!;
    // Half of it may be used: two trainings and a half.
    const lab = await opened(over(limited(own, 2 * 2.5 * bytes)));
    lab.send({ type: "rename", training: id, name: "mine" });
    await lab.next("trainings");
    for (const seed of [1, 2]) await train(lab, { seed });
    expect(listIn(lab).map(({ number, name }) => [number, name])).toEqual([
      [1, "mine"],
      [3, ""],
    ]);
    expect(storageIn(lab).notes.join()).toMatch(
      /training 2 was dropped: .* MB are kept at most, and it was the oldest/,
    );
    expect(storageIn(lab).bytes).toBeLessThanOrEqual(2.5 * bytes);
    lab.send({ type: "dropNotes" });
    expect((await lab.next("trainings")).storage.notes).toEqual([]);
  });

  test("without room beside trainings that have names keeps no other, and says so", async () => {
    const own = new MemoryFolders();
    const probe = await opened(over(own));
    await train(probe);
    const { bytes, id } = listIn(probe)[0]!;
    const lab = await opened(over(limited(own, 2 * 1.5 * bytes)));
    lab.send({ type: "rename", training: id, name: "mine" });
    await lab.next("trainings");
    await train(lab, { seed: 1 });
    expect(storageIn(lab).fault?.what).toBe("training 2 does not fit beside those that have a name");
    expect(listIn(lab).map(({ isKept }) => isKept)).toEqual([true, false]);
    expect((await own.list()).map(({ name }) => name)).toEqual([id]);
  });
});

test("what another tab is training can neither be shown, gone on with nor deleted here", async () => {
  const own = new MemoryFolders();
  const lab = await opened(over(own));
  await interrupted(lab, 12);
  const { id } = listIn(lab)[0]!;
  const held = [{ name: `gpu-importance training ${id}` }];
  const locks = {
    query: async () => ({ held }),
    request: async (_name: string, _options: LockOptions, work: (lock: Lock | null) => Promise<void>) => work(null),
  } as unknown as LockManager;
  const tab = await opened({ ...over(own), locks });
  expect(listIn(tab)[0]!.elsewhere).toBe(true);
  for (const request of [{ type: "continue" as const }, { type: "forget" as const }]) {
    tab.send({ ...request, training: id });
    expect((await tab.next("fault")).fault.what).toBe("another tab is at this training");
  }
  expect((await own.list()).map(({ name }) => name)).toEqual([id]);
});

/** The folders, which take so many parts. */
function fullAfter(of: PartFolders, parts: number): PartFolders {
  let left = parts;
  const full = (store: PartStore): PartStore => ({
    label: store.label,
    has: (name) => store.has(name),
    read: (name) => store.read(name),
    remove: (name) => store.remove(name),
    list: () => store.list(),
    async write(name, bytes) {
      if (--left < 0) throw new RunError({ what: "the browser's storage is full" });
      await store.write(name, bytes);
    },
  });
  return {
    folder: (name) => full(of.folder(name)),
    list: () => of.list(),
    remove: (name) => of.remove(name),
    quota: () => of.quota(),
  };
}

const limited = (of: PartFolders, quota: number): PartFolders => ({
  folder: (name) => of.folder(name),
  list: () => of.list(),
  remove: (name) => of.remove(name),
  quota: async () => quota,
});
