/**
 * Times a greedy search against 50 full curves of each scope, of a made-up network 784-100-100-10 on 2,000 samples:
 *   npx tsx scripts/time-greedy.ts [adapter] [rounds]
 * Both in turn, after a first round in which kernels are compiled; prints medians of seconds and of their ratio.
 */
import { performance } from "node:perf_hooks";
import { findSequences } from "../src/ablation/sequences/registry.ts";
import { fastSweep } from "../src/ablation/walks/fast-sweep.ts";
import type { RemovalOrder } from "../src/core/ablation.ts";
import { layerScope } from "../src/core/scope.ts";
import { sequences } from "../src/core/sequences.ts";
import { openMadeUp } from "./made-up-sweep.ts";

const [name, rounds = "5"] = process.argv.slice(2);
const CURVES = 50;

const {
  random,
  facts,
  gpu: opened,
  samples,
  network: madeUp,
  means: madeUpMeans,
} = await openMadeUp(name, "validation");
using gpu = opened;
using split = samples;
const network = madeUp();
const means = madeUpMeans();
const greedy = sequences.filter(({ id }) => id === "greedy_mean");
/** Of each kind of scope: the layers of its orders. */
const layersOf: Readonly<Record<string, readonly (readonly number[])[]>> = { layers: [[1], [2]], network: [[1, 2]] };

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, key: random.nextUnit() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

function randomOrder(layers: readonly number[], draw: number): RemovalOrder {
  const neurons = layers.flatMap((layer) => Array.from({ length: 100 }, (_, neuron) => ({ layer, neuron })));
  const scope = layers.length > 1 ? "network" : layerScope(layers[0]!);
  return { repeat: 0, scope, measure: "random", direction: "none", draw, neurons: shuffled(neurons) };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function compared(scope: "layers" | "network") {
  const orders = layersOf[scope]!.flatMap((layers) =>
    Array.from({ length: CURVES }, (_, draw) => randomOrder(layers, draw)),
  );
  const task = { network, meanActivations: means, orders };
  const curves = () => fastSweep(gpu, split, [task], { modes: ["mean"], stride: 1 });
  const search = () => findSequences({ gpu, network, samples: split, means }, { sequences: greedy, scopes: [scope] });
  return { curves: await seconds(curves), search: await seconds(search) };
}

console.log(facts.description);
for (const scope of ["layers", "network"] as const) {
  const found = [];
  for (let round = 0; round <= Number(rounds); round++) found.push(await compared(scope));
  const timed = found.slice(1);
  const [curves, search] = [median(timed.map((one) => one.curves)), median(timed.map((one) => one.search))];
  const ratio = median(timed.map((one) => one.search / one.curves));
  console.log(
    `${scope}: ${CURVES} curves a scope ${curves.toFixed(2)} s, greedy ${search.toFixed(2)} s, ratio ${ratio.toFixed(2)}`,
  );
}
