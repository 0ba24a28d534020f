/** What scripts time sweeps on: an adapter, 2,000 made-up samples, and networks 784-100-100-10 beside them. */
import { createContext } from "../src/gpu/device/context.ts";
import { uploadSplit } from "../src/passes/device-split.ts";
import { openAdapter } from "../src/platform/node/adapters.ts";
import { randomSplit, realNetwork, testRandom } from "../test/support/networks.ts";

const WIDTHS = [784, 100, 100, 10] as const;
const SAMPLES = 2000;

/** @param name part of the adapter's name @param split what the samples are called, in profiles; the caller disposes of both */
export async function openMadeUp(name: string | undefined, split: string) {
  const random = testRandom(12);
  const { adapter, facts } = await openAdapter({ name });
  const gpu = await createContext(adapter, facts);
  const [features, , , classes] = WIDTHS;
  const samples = uploadSplit(gpu, split, randomSplit(random, SAMPLES, features, classes), features, classes);
  const network = () => realNetwork(random, WIDTHS, "sigmoid");
  /** Per hidden layer. */
  const means = () => WIDTHS.slice(1, -1).map((units) => Float32Array.from({ length: units }, () => random.nextUnit()));
  return { random, facts, gpu, samples, network, means };
}
