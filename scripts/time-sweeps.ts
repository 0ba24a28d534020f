/**
 * Times the fast sweep and single removals, by scope and mode, on two made-up networks 784-100-100-10 and 2,000 samples:
 *   npx tsx scripts/time-sweeps.ts [adapter] [runs]
 * prints milliseconds of each run after a first one, in which kernels are compiled. To compare two versions, alternate them
 * on a quiet machine: the tables of docs/performance.md were made so.
 */
import { performance } from "node:perf_hooks";
import { fastSweep } from "../src/ablation/walks/fast-sweep.ts";
import { singleRemovals } from "../src/ablation/walks/single-removals.ts";
import { type RemovalOrder, type ReplacementMode, replacementModes } from "../src/core/ablation.ts";
import type { ScopeText } from "../src/core/scope.ts";
import { openMadeUp } from "./made-up-sweep.ts";

const [name, runs = "3"] = process.argv.slice(2);
/** As a default study has of each scope: three measures, both ways, and five random orders. */
const ORDERS = 11;

const { random, gpu: opened, samples, network } = await openMadeUp(name, "test");
using gpu = opened;
using split = samples;
const networks = [0, 1].map(network);
const means = networks.map(() =>
  [1, 2].map(() => Float32Array.from({ length: 100 }, () => random.nextBelow(1000) / 1000)),
);
const neurons = [1, 2].flatMap((layer) => Array.from({ length: 100 }, (_, neuron) => ({ layer, neuron })));

function ordersOf(repeat: number, scope: ScopeText): RemovalOrder[] {
  const among = neurons.filter(({ layer }) => scope === "network" || scope === `layer${layer}`);
  return Array.from({ length: ORDERS }, (_, draw) => {
    const order = random.permutation(among.length);
    return { repeat, scope, measure: "random", direction: "none", draw, neurons: [...order].map((at) => among[at]!) };
  });
}

const tasksOf = (scope: ScopeText) =>
  networks.map((network, repeat) => ({
    network,
    repeat,
    meanActivations: means[repeat]!,
    orders: ordersOf(repeat, scope),
  }));

async function time(what: string, work: () => Promise<unknown>): Promise<void> {
  await work();
  const taken: string[] = [];
  for (let run = 0; run < Number(runs); run++) {
    const start = performance.now();
    await work();
    taken.push((performance.now() - start).toFixed(0));
  }
  console.log(`${what.padEnd(22)} ${taken.join(" ")}`);
}

const modesOf = (mode: ReplacementMode | "both") => (mode === "both" ? replacementModes : [mode]);
for (const scope of ["layer1", "layer2", "network"] as const) {
  const tasks = tasksOf(scope);
  for (const mode of ["zero", "mean", "both"] as const)
    await time(`${scope}, ${mode}`, () => fastSweep(gpu, split, tasks, { modes: modesOf(mode), stride: 1 }));
}
await time("each alone, both", () => singleRemovals(gpu, split, tasksOf("layer1"), replacementModes));
