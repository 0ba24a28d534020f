/**
 * Analyses networks of one architecture as `gpu-importance analyze` does, and says which neurons can go:
 *
 *     node analyze.mjs DATA RESULTS ADAPTER NETWORK...
 *
 * RESULTS is a folder that is written; `-` writes nothing. ADAPTER is a part of its name; `-` takes the best.
 */
import { analyze, loadData, loadNetwork, openDevice, writeResults } from "gpu-importance";

const [data = "mnist", folder = "-", adapter = "-", ...models] = process.argv.slice(2);
const dataset = await loadData(data);
const networks = await Promise.all(models.map(async (model) => (await loadNetwork(model)).network));
const gpu = await openDevice(adapter === "-" ? {} : { adapter });

const results = await analyze(gpu, dataset, networks, {
  measures: ["entropy", "mutual-information"],
  scopes: ["layers"],
  randomDraws: 2,
  onProgress: ({ stage, done, total, unit }) => process.stderr.write(`${stage}: ${done} of ${total} ${unit}\n`),
});
for (const { repeat, testAccuracy } of results.repeats) console.log(`network ${repeat}: ${testAccuracy} right`);
for (const { order, mode, removed, correct } of results.curves) {
  const { repeat, scope, measure, direction, draw } = order;
  const spare = correct.findLastIndex((count) => count >= (correct[0] ?? 0));
  const name = `network ${repeat}, ${scope}, ${measure} ${direction} ${draw}, ${mode}`;
  console.log(`${name}: ${removed[spare]} of ${order.neurons.length} removed without loss`);
}
if (folder !== "-") await writeResults(results, folder);
gpu[Symbol.dispose]();
process.exit();
