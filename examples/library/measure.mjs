/**
 * Measures a network, says what removing its neurons costs, and prunes it to half:
 *
 *     node measure.mjs network.onnx mnist half.onnx
 *
 * The last argument may be left out; a fourth names the adapter.
 */
import { writeFile } from "node:fs/promises";
import {
  ablate,
  chooseNeurons,
  encodeOnnx,
  loadData,
  loadNetwork,
  measureNetworks,
  openDevice,
  pruneNetwork,
} from "gpu-importance";

const [model, data, out, adapter] = process.argv.slice(2);
if (data === undefined) throw new Error("usage: node measure.mjs NETWORK DATA [OUT.onnx [ADAPTER]]");
const { network } = await loadNetwork(model);
const dataset = await loadData(data);
const gpu = await openDevice({ adapter });

const [measured] = await measureNetworks(gpu, dataset, [network]);
const { table, accuracies } = measured;
console.log(`test accuracy ${accuracies.test}`);
for (let row = 0; row < table.rows; row++) {
  const bits = table.measures.mutual_information[row].toFixed(3);
  console.log(`layer ${table.layer[row]} neuron ${table.neuron[row]}: ${bits} bits about the class`);
}

const { curves } = await ablate(gpu, dataset, measured, {
  measures: ["mutual-information"],
  scopes: ["network-ranked"],
  modes: ["mean"],
  randomDraws: 0,
});
for (const { order, removed, correct, samples } of curves) {
  const half = removed.length >> 1;
  console.log(`${order.direction} first: ${correct[half] / samples} with ${removed[half]} neurons removed`);
}

const removed = await chooseNeurons(gpu, dataset, measured, {
  measure: "mutual-information",
  mode: "mean",
  scope: "network-ranked",
  amount: { keepShare: 0.5 },
});
const small = pruneNetwork(network, removed, measured.meanActivations);
const [after] = await measureNetworks(gpu, dataset, [small]);
console.log(`pruned: ${removed.length} neurons removed, test accuracy ${after.accuracies.test}`);
if (out !== undefined) await writeFile(out, encodeOnnx(small));
gpu[Symbol.dispose]();
process.exit();
