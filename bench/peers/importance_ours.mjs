/**
 * What gpu-importance says of a network's neurons, and how long it takes, as JSON lines that captum_importance.py and
 * torch_pruning_importance.py read: node importance_ours.mjs NETWORK DATA [RUNS [ADAPTER]].
 * Times, by the clock and of the processor (a software adapter's threads are this process's), are of whole library calls, after one in which kernels are compiled. A call measures what it always does: bits
 * of every neuron, mean activations, and the accuracy of the network on validation and test set.
 */
import { performance } from "node:perf_hooks";
import { ablate, loadData, loadNetwork, measureNetworks, openDevice } from "../../dist/index.js";

const [model, data, runs = "3", adapter] = process.argv.slice(2);
if (data === undefined) throw new Error("usage: node importance_ours.mjs NETWORK DATA [RUNS [ADAPTER]]");

/** Calls of which the peers have a like; `values` is everything that they are compared with. */
const calls = {
  conductance: ["conductance"],
  singles: ["single-zero", "single-mean"],
  taylor: ["taylor"],
  magnitude: ["in-norm"],
};
const compared = ["inorm", "geometric-median", "activation-magnitude", "taylor-gate", "fisher"];

const print = (line) => console.log(JSON.stringify({ peer: "gpu-importance", ...line }));

/** @param evaluationsOf how many forward passes over the test set a result holds, for curves */
async function timed(what, work, evaluationsOf) {
  let result = await work();
  const [seconds, processor] = [[], []];
  for (let run = 0; run < Number(runs); run++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    result = await work();
    seconds.push((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(used);
    processor.push((user + system) / 1e6);
  }
  print({ kind: "time", what, seconds, processor, evaluations: evaluationsOf?.(result) });
  return result;
}

/** Values of each hidden layer: id to [layers][units]. */
function columnsOf({ layer, measures }) {
  const layers = [...new Set(layer)].sort((a, b) => a - b);
  const column = (values) => layers.map((number) => Array.from(values).filter((_, row) => layer[row] === number));
  return Object.fromEntries(Object.entries(measures).map(([id, values]) => [id, column(values)]));
}

/** The neurons of a curve in their order, and what it says. */
function curveOf({ order, removed, correct, loss }) {
  return {
    layer: order.neurons[0].layer,
    neurons: order.neurons.map(({ neuron }) => neuron),
    removed: [...removed],
    correct: [...correct],
    loss: [...loss],
  };
}

const gpu = await openDevice({ adapter });
const { network } = await loadNetwork(model);
const dataset = await loadData(data);
const measure = async (measures) => (await measureNetworks(gpu, dataset, [network], { measures }))[0];

for (const [what, measures] of Object.entries(calls)) await timed(what, () => measure(measures));
const measured = await measure([...Object.values(calls).flat(), ...compared]);
print({ kind: "values", values: columnsOf(measured.table) });

// Two curves of each hidden layer, by the least and by the largest value first, and, beside them, 8 by chance.
const removal = { measures: ["in-norm"], scopes: ["layers"], modes: ["zero"], stride: 1, singles: "none" };
const ablated = (randomDraws) => async () => (await ablate(gpu, dataset, measured, { ...removal, randomDraws })).curves;
const evaluationsOf = (curves) => curves.reduce((sum, { removed }) => sum + removed.length, 0);
const few = await timed("curves", ablated(0), evaluationsOf);
await timed("many curves", ablated(8), evaluationsOf);
print({ kind: "curves", curves: few.filter(({ order }) => order.direction === "low").map(curveOf) });
gpu[Symbol.dispose]();
process.exit();
