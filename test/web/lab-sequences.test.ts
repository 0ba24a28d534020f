/**
 * Whatever a visitor does in whatever order, what the page shows in the end is the whole of one study, equal to a fresh
 * computation of it. Page state and engine are the real ones; random sequences come from a seed.
 */
import { expect, test } from "vitest";
import { RandomSequence, streams } from "../../src/core/random.ts";
import { encodeSafetensors } from "../../src/models/safetensors-model.ts";
import type { GivenFile, LabNotice, LabRequest, LabSettings } from "../../web/engine/protocol.ts";
import { createStore } from "../../web/ui/lab-store.ts";
import { initialState, type LabState } from "../../web/ui/state/lab-state.ts";
import { addressOf } from "../../web/ui/state/removal.ts";
import { defaultSettings, settingTexts } from "../../web/ui/state/settings.ts";
import { curveKey, shownTable } from "../../web/ui/state/shown.ts";
import { type IdxFiles, idxNames, tinyIdxFiles } from "../support/idx-folders.ts";
import { givenFiles, openLab } from "../support/lab-in-node.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

const ROUNDS = 14;
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

/** What a visitor may do, each with the page's own means. */
const actions: Readonly<Record<string, (page: Page, choose: Choice) => void>> = {
  dropNetwork: ({ lab }, choose) => lab.send({ type: "load", files: [networkFiles[choose(2)]!] }),
  dropWhatIsRefused: ({ lab }) => lab.send({ type: "load", files: [refused] }),
  dropData: ({ lab }, choose) => lab.send({ type: "load", files: dataFiles(choose(2) === 0 ? "bands" : "inverse") }),
  train: ({ lab }, choose) => lab.send({ type: "start", settings: { ...settings, seed: choose(2) } }),
  trainLong: ({ lab }) => lab.send({ type: "start", settings: { ...settings, epochs: 4000 } }),
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
const names = Object.keys(actions);

/** A study computed on its own by a page on which nothing else happens. */
async function freshStudy({ study }: LabState): Promise<Page> {
  const page = await openPage();
  const { origin, label, dataset, config } = study!.about;
  const loaded = page.lab.next("dataset");
  page.lab.send({ type: "load", files: dataFiles(dataset.name) });
  await loaded;
  if (origin === "trained") page.lab.send({ type: "start", settings: { ...settings, seed: config!.seed } });
  else page.lab.send({ type: "load", files: networkFiles.filter(({ path }) => path === label) });
  await settled(page);
  return page;
}

const sortedCurves = (state: LabState) =>
  Object.entries(state.study!.curves)
    .filter(([, { order, mode }]) => order.scope === state.view.scope && mode === state.removal.mode)
    .sort(([a], [b]) => (a < b ? -1 : 1));

test("what is shown in the end is one study, whole, and equal to a fresh computation", async () => {
  const page = await openPage();
  page.lab.send({ type: "load", files: dataFiles("bands") });
  page.lab.send({ type: "load", files: [networkFiles[0]!] });
  await settled(page);
  const fresh = new Map<string, Page>();
  for (let round = 0; round < ROUNDS; round++) {
    const sequence = new RandomSequence(5, round, streams.subsample, 0);
    const choose = (below: number) => sequence.nextBelow(below);
    const done: string[] = [];
    for (let step = 2 + choose(6); step > 0; step--) {
      const name = names[choose(names.length)]!;
      done.push(name);
      actions[name]!(page, choose);
      await new Promise((resolve) => setTimeout(resolve, [0, 0, 5, 40, 150][choose(5)]));
    }
    // A training of 4,000 epochs is nobody's intention in the end.
    page.lab.send({ type: "resume" });
    page.lab.send({ type: "stop" });
    const said = `round ${round}: ${done.join(", ")}`;
    const state = await settled(page).catch((error: unknown) => {
      throw new Error(said, { cause: error });
    });
    await expectFresh(state, fresh, said);
  }
  for (const { lab } of [page, ...fresh.values()]) lab.loseDevice();
}, 600_000);

async function expectFresh(state: LabState, known: Map<string, Page>, said: string): Promise<void> {
  const { about, training, neurons, orders, singles, repeats } = state.study!;
  const key = [about.origin, about.label, about.dataset.name, about.config?.seed].join();
  if (!known.has(key)) known.set(key, await freshStudy(state));
  const page = known.get(key)!;
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
  for (const [curve, values] of sortedCurves(state)) {
    expect(curve, said).toBe(curveKey(values));
    const same = wanted.study!.curves[curve];
    if (same !== undefined) expect(values, `${said}: ${curve}`).toEqual(same);
  }
  const table = shownTable(state)!;
  const removed = state.removal.history.present.map((row) => addressOf(table, row));
  expect(state.evaluation, said).toMatchObject({ repeat: table.repeat, removed, mode: state.removal.mode });
  expect(state.evaluation!.correct, said).toBe(wanted.evaluation!.correct);
  // Numbers of a training are those of the networks on show, or none.
  expect(state.training, said).toBeUndefined();
  expect(training?.repeats, said).toEqual(wanted.study!.training?.repeats);
  expect(training === undefined, said).toBe(about.origin !== "trained");
}
