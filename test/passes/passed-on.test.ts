/** Samples that are what the first layer gives: a pass takes them as they are, with the bits that it would compute. */
import { expect, test } from "vitest";
import { read } from "../../src/gpu/device/device-array.ts";
import { submit } from "../../src/gpu/device/recorder.ts";
import { uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { createForwardPass } from "../../src/passes/forward-pass.ts";
import { testGpu } from "../support/gpu.ts";
import { randomSplit, realNetwork, testRandom } from "../support/networks.ts";

const gpu = await testGpu();
const UNITS = 5;
const SAMPLES = 100;
const random = testRandom(77);
const above = realNetwork(random, [UNITS, 7, 3], "tanh");
const weights = Float32Array.from({ length: UNITS * UNITS }, (_, at) => (at % (UNITS + 1) === 0 ? 1 : 0));
const network = {
  activation: [{ kind: "identity" as const }, { kind: "tanh" as const }],
  layers: [{ inputs: UNITS, outputs: UNITS, weights, biases: new Float32Array(UNITS) }, ...above.layers],
};
const { labels, count } = randomSplit(random, SAMPLES, UNITS, 3);
const host = { count, labels, inputs: Float32Array.from({ length: SAMPLES * UNITS }, () => random.nextUnit() - 0.5) };

async function logits(passedOn: boolean, rows: number) {
  using networks = uploadNetworks(gpu, [network]);
  using uploaded = uploadSplit(gpu, "test", host, UNITS, 3);
  using pass = await createForwardPass(gpu, networks, { ...uploaded, passedOn }, { rows });
  const values: Float32Array[] = [];
  for (const [index, chunk] of pass.chunks.entries()) {
    submit(gpu, "test", (to) => pass.encode(to, index));
    const outputs = pass.outputs.at(-1)!;
    values.push((await read(gpu, outputs)).slice(0, chunk.count * outputs.shape[2]!));
  }
  const [inputs] = "values" in uploaded.inputs ? [uploaded.inputs.values.buffer] : [];
  return { values: values.flatMap((own) => [...own]), isTaken: pass.outputs[0]!.buffer === inputs };
}

test("samples that a layer passes on are taken as they are where they are in one chunk, bit for bit", async () => {
  const computed = await logits(false, 128);
  expect(computed.isTaken).toBe(false);
  expect(computed.values.some((value) => value !== 0)).toBe(true);
  expect(await logits(true, 128)).toEqual({ ...computed, isTaken: true });
  const chunked = await logits(true, 64);
  expect(chunked).toEqual(computed);
});
