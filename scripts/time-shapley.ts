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
import { openMadeUp } from "./made-up-sweep.ts";

const [name, permutations = "1000"] = process.argv.slice(2);

const { facts, gpu: opened, samples, network: madeUp, means } = await openMadeUp(name, "validation");
using gpu = opened;
using split = samples;
const network = madeUp();
const meanActivations = means();
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
