/**
 * Whatever a visitor does in whatever order, what the page shows in the end is the whole of one study, equal to a fresh
 * computation of it: also of networks that were shown while they trained, stopped after some epoch, or gone back to. Page
 * state and engine are the real ones; random sequences come from a seed.
 */
import { expect, test } from "vitest";
import { RandomSequence, streams } from "../../src/core/random.ts";
import type { StudyConfig } from "../../src/core/study.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import type { GivenFile, LabNotice, LabRequest, LabSettings, TrainingState } from "../../web/engine/protocol.ts";
import { createStore } from "../../web/ui/lab-store.ts";
import { epochRequest, keptEpochs } from "../../web/ui/state/epochs.ts";
import { initialState, type LabState } from "../../web/ui/state/lab-state.ts";
import { addressOf } from "../../web/ui/state/removal.ts";
import { defaultSettings, settingTexts } from "../../web/ui/state/settings.ts";
import { curveKey, shownTable } from "../../web/ui/state/shown.ts";
import { type IdxFiles, idxNames, tinyIdxFiles } from "../support/idx-folders.ts";
import { givenFiles, openLab } from "../support/lab-in-node.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

const SEED = 5;
const ROUNDS = 24;
const LAYERS = 2;
const MODES = 2;
const PATIENCE_MS = 60_000;

const settings: LabSettings = { ...defaultSettings, hidden: [6, 4], epochs: 2, repeats: 2, learningRate: 0.1 };
const network = (seed: number) => realNetwork(testRandom(seed), [36, 6, 4, 3], "sigmoid");

/** The tiny data set, and one whose test pictures are upside down in brightness. */
const dataSets: Readonly<Record<string, IdxFiles>> = {
  bands: tinyIdxFiles(),
  inverse: new Map(
    [...tinyIdxFiles()].map(([name, bytes]) =>
      name === idxNames.testImages ? [name, bytes.map((byte, at) => (at < 16 ? byte : 255 - byte))] : [name, bytes],
    ),
  ),
};
const dataFiles = (name: string) => givenFiles(dataSets[name]!, name);

const networkFile = (name: string, seed: number): GivenFile => ({
  path: name,
  content: new Blob([encodeSafetensors(network(seed)) as Uint8Array<ArrayBuffer>]),
});
const networkFiles = [networkFile("a.safetensors", 1), networkFile("b.safetensors", 2)];
const refused: GivenFile = { path: "cat.jpg", content: new Blob([Uint8Array.of(0xff, 0xd8, 0xff)]) };

/** A page without its looks over a lab of its own. */
async function openPage() {
  let tell: (notice: LabNotice) => void = () => {};
  const lab = await openLab(undefined, (notice) => tell(notice));
  const store = createStore(
    (onNotice) => {
      tell = onNotice;
      return { send: (request: LabRequest) => lab.send(request) };
    },
    initialState(settingTexts(settings)),
  );
  return { lab, store };
}

type Page = Awaited<ReturnType<typeof openPage>>;

/** Whether all that the page asked for is there. */
function isWhole(state: LabState): boolean {
  const { study, phase, curvesRunning, removal, evaluation, evaluationWanted } = state;
  if (phase !== "ready" || study === undefined || curvesRunning !== undefined) return false;
  const { repeat } = shownTable(state) ?? {};
  const curves = Object.values(study.curves).filter(
    ({ order, mode }) => order.repeat === repeat && mode === removal.mode && order.scope === state.view.scope,
  );
  const singles = study.neurons.length * LAYERS * MODES;
  return curves.length > 0 && study.singles.length === singles && evaluation?.sequence === evaluationWanted;
}

/** Resolves with the state once it is whole and stays so for a moment. */
async function settled({ store }: Page): Promise<LabState> {
  const until = performance.now() + PATIENCE_MS;
  for (let calm = 0; calm < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    calm = isWhole(store.current()) ? calm + 1 : 0;
    if (performance.now() < until) continue;
    const { phase, study, curvesRunning, evaluation, evaluationWanted, faults } = store.current();
    const there = study && { curves: Object.keys(study.curves).length, singles: study.singles.length };
    const answered = evaluation?.sequence;
    throw new Error(JSON.stringify({ phase, there, curvesRunning, answered, evaluationWanted, faults }));
  }
  return store.current();
}

type Choice = (below: number) => number;

/** Resolves once the next epoch of a training is on show, after some epochs where none is shown, or where none goes on. */
async function nextEpoch({ store }: Page): Promise<void> {
  const before = store.current();
  for (let [idle, epochs, last] = [0, 0, before.epochs]; idle < 10 && epochs < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const { phase, paused, epochs: kept, study } = store.current();
    if (study?.about.epoch !== undefined && study.neurons !== before.study?.neurons) return;
    if (phase !== "training" || paused) idle++;
    if (kept !== last && kept !== undefined) epochs++;
    last = kept;
  }
}

/** What slides back to the first epoch that is kept, once there is one: a training may not have begun yet. */
async function firstKeptEpoch(store: Page["store"]): Promise<LabRequest> {
  for (const until = performance.now() + PATIENCE_MS; performance.now() < until; ) {
    const request = epochRequest(store.current(), 0);
    if (request !== undefined) return request;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no epoch was kept within ${PATIENCE_MS} ms`);
}

/** What a visitor may do, each with the page's own means. */
const actions: Readonly<Record<string, (page: Page, choose: Choice) => void | Promise<void>>> = {
  dropNetwork: ({ lab }, choose) => lab.send({ type: "load", files: [networkFiles[choose(2)]!] }),
  dropWhatIsRefused: ({ lab }) => lab.send({ type: "load", files: [refused] }),
  dropData: ({ lab }, choose) => lab.send({ type: "load", files: dataFiles(choose(2) === 0 ? "bands" : "inverse") }),
  train: ({ lab }, choose) => lab.send({ type: "start", settings: { ...settings, seed: choose(2) } }),
  trainLong: ({ lab }) => lab.send({ type: "start", settings: { ...settings, epochs: 4000 } }),
  trainLive: ({ lab }, choose) =>
    lab.send({ type: "start", settings: { ...settings, epochs: 3 + choose(4) }, live: true }),
  trainLongLive: ({ lab }, choose) =>
    lab.send({ type: "start", settings: { ...settings, epochs: 4000, seed: choose(2) }, live: true }),
  pauseAfterEpoch: (page) => nextEpoch(page).then(() => page.lab.send({ type: "pause" })),
  stopAfterEpoch: (page) => nextEpoch(page).then(() => page.lab.send({ type: "stop" })),
  wait: nextEpoch,
  slideBack: async ({ lab, store }) => lab.send(await firstKeptEpoch(store)),
  slide: ({ lab, store }, choose) => {
    const { kept } = keptEpochs(store.current());
    // The last places are those of the epochs that have just come.
    const place = choose(2) === 0 ? kept.length - 1 - choose(3) : choose(kept.length);
    const request = epochRequest(store.current(), place);
    if (request !== undefined) lab.send(request);
  },
  pause: ({ lab }) => lab.send({ type: "pause" }),
  resume: ({ lab }) => lab.send({ type: "resume" }),
  stop: ({ lab }) => lab.send({ type: "stop" }),
  remove: ({ store }, choose) => store.dispatch({ type: "remove", rows: [choose(10), choose(10)] }),
  undo: ({ store }) => store.dispatch({ type: "undo" }),
  redo: ({ store }) => store.dispatch({ type: "redo" }),
  restoreAll: ({ store }) => store.dispatch({ type: "restoreAll" }),
  mode: ({ store }, choose) => store.dispatch({ type: "mode", mode: choose(2) === 0 ? "mean" : "zero" }),
  scope: ({ store }, choose) =>
    store.dispatch({ type: "rule", rule: { scope: (["layer1", "layer2", "network"] as const)[choose(3)]! } }),
};
/** There is not always something to slide back to. */
const names = Object.keys(actions).filter((name) => name !== "slideBack");

/** The study on show, computed on its own on a page where nothing else happens. */
async function computedAfresh(page: Page, { study }: LabState): Promise<void> {
  const { origin, label, dataset, config } = study!.about;
  const loaded = page.lab.next("dataset");
  page.lab.send({ type: "load", files: dataFiles(dataset.name) });
  await loaded;
  const told = page.lab.next("study");
  if (origin === "trained") {
    const { seed, epochs } = config as StudyConfig;
    page.lab.send({ type: "start", settings: { ...settings, seed, epochs } });
  } else page.lab.send({ type: "load", files: networkFiles.filter(({ path }) => path === label) });
  await told;
  await settled(page);
}

/** Sequences with what they lead to, whatever else runs on the machine. */
const certain: readonly { readonly kind: string; readonly done: readonly string[] }[] = [
  { kind: "a network's file", done: ["dropNetwork"] },
  { kind: "the end of a training", done: ["trainLive"] },
  { kind: "an epoch on the way", done: ["trainLongLive", "stopAfterEpoch"] },
  // Epochs come on while an earlier one is on show.
  { kind: "an epoch on the way", done: ["trainLongLive", "wait", "wait", "slideBack", "wait", "wait", "stop"] },
];

test("what is shown in the end is one study, whole, and equal to a fresh computation", async () => {
  const [page, fresh] = [await openPage(), await openPage()];
  page.lab.send({ type: "load", files: dataFiles("bands") });
  page.lab.send({ type: "load", files: [networkFiles[0]!] });
  await settled(page);
  for (let round = 0; round < certain.length + ROUNDS; round++) {
    const sequence = new RandomSequence(SEED, round, streams.subsample, 0);
    const choose = (below: number) => sequence.nextBelow(below);
    const { kind, done = Array.from({ length: 2 + choose(6) }, () => names[choose(names.length)]!) } =
      certain[round] ?? {};
    for (const name of done) {
      await actions[name]!(page, choose);
      await new Promise((resolve) => setTimeout(resolve, [0, 0, 5, 40, 150][choose(5)]));
    }
    page.lab.send({ type: "resume" });
    // A training of 4,000 epochs is nobody's intention in the end.
    const isLong = done.findLast((name) => name.startsWith("train"))?.startsWith("trainLong") === true;
    if (isLong || choose(3) === 0) page.lab.send({ type: "stop" });
    const said = `round ${round}: ${done.join(", ")}`;
    const state = await settled(page).catch((error: unknown) => {
      throw new Error(said, { cause: error });
    });
    if (kind !== undefined) expect(kindOf(state)).toBe(kind);
    await computedAfresh(fresh, state);
    await expectFresh(state, fresh, said);
    expectEpochs(state, page, said);
  }
  for (const { lab } of [page, fresh]) lab.loseDevice();
}, 600_000);

/** What is on show. */
function kindOf({ study }: LabState): string {
  const { origin, epoch } = study!.about;
  if (origin !== "trained") return "a network's file";
  return epoch!.shown === study!.training!.epochs ? "the end of a training" : "an epoch on the way";
}

async function expectFresh(state: LabState, page: Page, said: string): Promise<void> {
  const { about, training, neurons, orders, singles, repeats, curves } = state.study!;
  const { store } = page;
  store.dispatch({ type: "mode", mode: state.removal.mode });
  store.dispatch({ type: "view", change: { repeat: state.view.repeat, scope: state.view.scope } });
  store.dispatch({ type: "restoreAll" });
  store.dispatch({ type: "remove", rows: state.removal.history.present });
  const wanted = await settled(page);
  expect(neurons, said).toEqual(wanted.study!.neurons);
  expect(orders, said).toEqual(wanted.study!.orders);
  expect(repeats, said).toEqual(wanted.study!.repeats);
  expect(singles, said).toEqual(wanted.study!.singles);
  for (const [key, curve] of curvesOnShow(wanted)) {
    expect(key, said).toBe(curveKey(curve));
    expect(curves[key], `${said}: ${key}`).toEqual(curve);
  }
  const table = shownTable(state)!;
  const removed = state.removal.history.present.map((row) => addressOf(table, row));
  expect(state.evaluation, said).toMatchObject({ repeat: table.repeat, removed, mode: state.removal.mode });
  expect(state.evaluation!.correct, said).toBe(wanted.evaluation!.correct);
  // Numbers of a training are those of the networks on show, or none.
  expect(state.training, said).toBeUndefined();
  expect(training === undefined, said).toBe(about.origin !== "trained");
  expect(training && upTo(about.config!.epochs!, training), said).toEqual(wanted.study!.training?.repeats);
}

/** Curves of the repeat, scope and mode on show. */
function curvesOnShow(state: LabState) {
  const { repeat } = shownTable(state)!;
  return Object.entries(state.study!.curves).filter(
    ([, { order, mode }]) => order.repeat === repeat && order.scope === state.view.scope && mode === state.removal.mode,
  );
}

function upTo(epochs: number, { repeats }: TrainingState) {
  return repeats.map(({ loss, accuracy, ...one }) => {
    return { ...one, loss: loss.slice(0, epochs), accuracy: accuracy.slice(0, epochs) };
  });
}

/** All epochs of the training on show can be gone back to; trainings that are whole have all their epochs. */
function expectEpochs(state: LabState, { lab }: Page, said: string): void {
  const { epoch } = state.study!.about;
  if (epoch !== undefined) {
    const told = lab.notices.findLast((one) => one.type === "epochs" && one.training === epoch.training);
    expect({ kept: keptEpochs(state).kept, training: epoch.training, type: "epochs" }, said).toEqual(told);
    expect(epoch.kept[keptEpochs(state).place], said).toBe(epoch.shown);
  }
  for (const { training, config } of state.trainings.filter(({ isWhole }) => isWhole)) {
    expect([training.epochs, training.epochsDone], said).toEqual([config.epochs, config.epochs]);
    for (const { loss } of training.repeats) expect(loss, said).toHaveLength(config.epochs!);
  }
}
