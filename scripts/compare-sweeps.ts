/**
 * Compares the fast sweep with the masked one, which defines it, on many networks trained on real data:
 *   npm run build && npx tsx scripts/compare-sweeps.ts IDX_FOLDER [networks] [every] [adapter] [activation]
 * trains `networks` networks of each activation, or of one (default 20), sweeps them fast at every step and masked at each
 * `every`-th (default 10), and prints the largest differences. Every scope, both modes, orders by mutual information and
 * at random. Ends with 1 where one exceeds what docs/performance.md promises.
 */

import { performance } from "node:perf_hooks";
import { maskedSweep } from "../src/ablation/masked/masked-sweep.ts";
import { removalOrders } from "../src/ablation/orders.ts";
import { rankingsOf } from "../src/ablation/rankings.ts";
import { fastSweep } from "../src/ablation/walks/fast-sweep.ts";
import { sweepTolerance } from "../src/bench/sweep-bench.ts";
import { type AblationCurve, replacementModes } from "../src/core/ablation.ts";
import { type Activation, activations } from "../src/core/activation.ts";
import { studyShape } from "../src/core/layers/network-shape.ts";
import { scopesOf } from "../src/core/scope.ts";
import { readIdxFolder } from "../src/data/images/idx-folder.ts";
import { createContext } from "../src/gpu/device/context.ts";
import { measureNetwork } from "../src/measure-networks.ts";
import { mutualInformation } from "../src/measures/mutual-information.ts";
import { uploadSplit } from "../src/passes/device-split.ts";
import { openAdapter } from "../src/platform/node/adapters.ts";
import { folderSource } from "../src/platform/node/files.ts";
import { trainNetworks } from "../src/train/trainer.ts";

const [folder, networks = "20", every = "10", name, only] = process.argv.slice(2);
if (folder === undefined)
  throw new Error("usage: compare-sweeps.ts IDX_FOLDER [networks] [every] [adapter] [activation]");

/** Enough to learn from, and quick. */
const TRAINED_ON = 10_000;
const HIDDEN = [100, 100];

const { adapter, facts } = await openAdapter({ name });
const gpu = await createContext(adapter, facts);
const data = await readIdxFolder(folderSource(folder), "data");
const { features, classes } = data;
const inputs = data.train.inputs.subarray(0, TRAINED_ON * features);
const few = { count: TRAINED_ON, inputs, labels: data.train.labels.subarray(0, TRAINED_ON) };
const train = uploadSplit(gpu, "train", few, features, classes);
const validation = uploadSplit(gpu, "validation", data.validation, features, classes);
const test = uploadSplit(gpu, "test", data.test, features, classes);

interface Differences {
  evaluations: number;
  different: number;
  correct: number;
  loss: number;
}

/** Compares at the steps that the masked curve has. */
function compare(fast: AblationCurve, masked: AblationCurve, into: Differences): void {
  masked.removed.forEach((removed, index) => {
    const step = fast.removed.indexOf(removed);
    const correct = Math.abs(fast.correct[step]! - masked.correct[index]!);
    into.evaluations++;
    if (correct > 0) into.different++;
    into.correct = Math.max(into.correct, correct);
    into.loss = Math.max(into.loss, Math.abs(fast.loss[step]! / masked.loss[index]! - 1));
  });
}

async function compareActivation(activation: Activation): Promise<Differences> {
  const shape = studyShape({ features, classes }, { hidden: HIDDEN });
  const repeats = Array.from({ length: Number(networks) }, (_, repeat) => repeat);
  const rates = { learningRate: 0.001, l2: 1e-5, epochs: 2, batchSize: 32 };
  const trained = await trainNetworks(gpu, train, repeats, { shape, activation, seed: 0, ...rates });
  const found: Differences = { evaluations: 0, different: 0, correct: 0, loss: 0 };
  for (const { repeat, network } of trained) {
    const measured = await measureNetwork(gpu, { repeat, network }, validation, { measures: [mutualInformation] });
    const { table, meanActivations } = measured;
    const scopes = scopesOf(HIDDEN.length, ["layers", "network"]);
    const orders = removalOrders(table, { scopes, rankings: rankingsOf([mutualInformation.id], 1), seed: 0 });
    const task = { network, orders, meanActivations };
    const [fast = []] = await fastSweep(gpu, test, [task], { modes: replacementModes, stride: 1 });
    const masked = await maskedSweep(gpu, test, task, { modes: replacementModes, stride: Number(every) });
    masked.forEach((curve, index) => {
      compare(fast[index]!, curve, found);
    });
  }
  return found;
}

const allowed = Math.ceil(test.count / sweepTolerance.samples);
console.log(`${facts.description}; ${networks} networks of each activation, ${test.count} test samples`);
for (const activation of activations.filter((each) => only === undefined || each === only)) {
  const start = performance.now();
  const { evaluations, different, correct, loss } = await compareActivation(activation);
  const counts = `${different} of ${evaluations} evaluations differ, by at most ${correct} samples`;
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${activation}: ${counts}; loss by at most ${loss.toExponential(1)} of itself (${seconds} s)`);
  if (correct > allowed || !(loss <= sweepTolerance.loss)) process.exitCode = 1;
}
gpu[Symbol.dispose]();
