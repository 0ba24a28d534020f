/**
 * Counts where the fast sweep or single removals differ from the masked sweep on networks whose logits often tie exactly: no
 * biases, some weights 0, two classes alike but for one neuron, dark samples; every step of every scope, and each neuron alone:
 *   npx tsx scripts/compare-ties.ts [networks] [adapter] [activation]
 * Both modes; some networks lack three weights of five, in others neurons are silent where means are taken.
 */

import { maskedSweep } from "../src/ablation/masked/masked-sweep.ts";
import { fastSweep } from "../src/ablation/walks/fast-sweep.ts";
import { singleRemovals } from "../src/ablation/walks/single-removals.ts";
import { sweepTolerance } from "../src/bench/sweep-bench.ts";
import { replacementModes } from "../src/core/ablation.ts";
import { activations } from "../src/core/activation.ts";
import { createContext } from "../src/gpu/device/context.ts";
import { uploadSplit } from "../src/passes/device-split.ts";
import { openAdapter } from "../src/platform/node/adapters.ts";
import { testRandom } from "../test/support/networks.ts";
import { tiedCase } from "../test/support/tied-networks.ts";

const [, , networks = "20", name, only] = process.argv;
const { adapter, facts } = await openAdapter({ name });
const gpu = await createContext(adapter, facts);
const SAMPLES = 300;
/** Every route up to the logits. */
const shapes = [
  [8, 20, 10],
  [8, 18, 12, 10],
  [8, 12, 10, 8, 6],
  [8, 14, 13],
];
/** A near tie may be rounded either way. */
const allowed = Math.ceil(SAMPLES / sweepTolerance.samples);
const settings = { modes: replacementModes, stride: 1 };

console.log(`${facts.description}; ${networks} networks of each activation, ${SAMPLES} samples`);
for (const activation of activations.filter((each) => only === undefined || each === only)) {
  const found = { evaluations: 0, different: 0, most: 0 };
  const compare = (got: number, want: number) => {
    found.evaluations++;
    if (got !== want) found.different++;
    found.most = Math.max(found.most, Math.abs(got - want));
  };
  for (let seed = 0; seed < Number(networks); seed++) {
    const widths = shapes[seed % shapes.length]!;
    const zeros = Math.floor(seed / shapes.length) % 2 === 0 ? 0 : 0.6;
    const task = await tiedCase(gpu, testRandom(seed), {
      activation,
      widths,
      zeros,
      samples: SAMPLES,
      wakes: zeros === 0 && seed % 3 === 0,
    });
    using split = uploadSplit(gpu, "tied", task.split, widths[0]!, widths.at(-1)!);
    const masked = await maskedSweep(gpu, split, task, settings);
    const [fast = []] = await fastSweep(gpu, split, [task], settings);
    fast.forEach(({ correct }, curve) => {
      for (const [step, count] of correct.entries()) compare(count, masked[curve]!.correct[step]!);
    });
    const [singles = []] = await singleRemovals(gpu, split, [{ ...task, repeat: 0 }], replacementModes);
    for (const { layer, mode, correct } of singles) {
      const alone = masked.filter(({ order, mode: own }) => {
        return own === mode && order.neurons.length === 1 && order.neurons[0]!.layer === layer;
      });
      for (const [neuron, count] of correct.entries()) compare(count, alone[neuron]!.correct[1]!);
    }
  }
  const { evaluations, different, most } = found;
  console.log(`${activation}: ${different} of ${evaluations} evaluations differ, by at most ${most} samples`);
  if (most > allowed) process.exitCode = 1;
}
gpu[Symbol.dispose]();
