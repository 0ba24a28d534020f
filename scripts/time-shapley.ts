/**
 * Times Shapley values of a made-up network 784-100-100-10 on 2,000 samples, of both its layers, in each mode:
 *   npx tsx scripts/time-shapley.ts [adapter] [permutations]
 * prints seconds and evaluations (forward passes over all samples) after a first sweep, in which kernels are compiled.
 */
import { performance } from "node:perf_hooks";
import { shapleyEvaluations, shapleyValues } from "../src/ablation/shapley/shapley-sweep.ts";
import { type ReplacementMode, replacementModes } from "../src/core/ablation.ts";
import { greatest } from "../src/core/long-arrays.ts";
import { networkShape } from "../src/core/network.ts";
import { createContext } from "../src/gpu/device/context.ts";
import { uploadSplit } from "../src/passes/device-split.ts";
import { openAdapter } from "../src/platform/node/adapters.ts";
import { randomSplit, realNetwork, testRandom } from "../test/support/networks.ts";

const [name, permutations = "1000"] = process.argv.slice(2);
const WIDTHS = [784, 100, 100, 10] as const;
const SAMPLES = 2000;

const random = testRandom(12);
const { adapter, facts } = await openAdapter({ name });
using gpu = await createContext(adapter, facts);
using split = uploadSplit(gpu, "validation", randomSplit(random, SAMPLES, WIDTHS[0], WIDTHS[3]), WIDTHS[0], WIDTHS[3]);
const network = realNetwork(random, WIDTHS, "sigmoid");
const meanActivations = [1, 2].map(() => Float32Array.from({ length: 100 }, () => random.nextUnit()));
const tasks = [{ repeat: 0, network, meanActivations }];

async function sampled(mode: ReplacementMode, draws: number) {
  const game = { players: "layers", mode } as const;
  const request = { games: [game], seed: 0, draws };
  const start = performance.now();
  const [layers] = await shapleyValues(gpu, split, tasks, request, game);
  const widest = greatest(layers!.map(({ standardErrors }) => greatest(standardErrors)));
  const evaluations = shapleyEvaluations(networkShape(network), request);
  return { seconds: (performance.now() - start) / 1000, evaluations, widest };
}

console.log(facts.description);
for (const mode of replacementModes) {
  await sampled(mode, 2);
  const { seconds, evaluations, widest } = await sampled(mode, Number(permutations));
  const rate = (evaluations / seconds).toFixed(0);
  console.log(
    `${mode}: ${permutations} permutations, ${evaluations} evaluations in ${seconds.toFixed(1)} s (${rate} a second)`,
  );
  console.log(`      largest standard error ${widest.toPrecision(2)} nats`);
}
