/**
 * Writes what every hidden layer of a network puts out for the test samples, for other programs to compare with:
 *
 *     node activations.mjs NETWORK DATA FOLDER [ADAPTER]
 *
 * `layer1.f32`, `layer2.f32`, ... hold float32 values, little-endian, [neurons, samples].
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { activationsOf, loadData, loadNetwork, openDevice } from "gpu-importance";

const [model = "", data = "mnist", folder = "activations", adapter] = process.argv.slice(2);
const { network } = await loadNetwork(model);
const dataset = await loadData(data);
const gpu = await openDevice(adapter === undefined ? {} : { adapter });
await mkdir(folder, { recursive: true });
for (let layer = 1; layer < network.layers.length; layer++) {
  const values = await activationsOf(gpu, dataset, network, "test", layer);
  await writeFile(join(folder, `layer${layer}.f32`), values);
  console.log(`layer ${layer}: ${values.length / dataset.test.count} neurons, ${dataset.test.count} samples`);
}
gpu[Symbol.dispose]();
process.exit();
