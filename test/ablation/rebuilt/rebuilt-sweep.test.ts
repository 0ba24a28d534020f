/** Curves whose removed neurons are rebuilt, on the device against float64, where the networks keep their weights. */
import { describe, expect, test } from "vitest";
import { ablateNetworks } from "../../../src/ablation/ablate-networks.ts";
import { fitModes } from "../../../src/ablation/modes/fit-modes.ts";
import { rebuiltLayers } from "../../../src/ablation/modes/rebuilt-network.ts";
import { rebuiltSweep } from "../../../src/ablation/rebuilt/rebuilt-sweep.ts";
import { type AblationCurve, ablationModes, constantModes, rebuildingModes } from "../../../src/core/ablation.ts";
import type { Split } from "../../../src/core/dataset.ts";
import { hiddenUnits } from "../../../src/core/layers/network-shape.ts";
import { type Network, networkShape } from "../../../src/core/network.ts";
import type { GpuContext } from "../../../src/gpu/device/context.ts";
import { uploadNetworks } from "../../../src/passes/device-networks.ts";
import { uploadSplit } from "../../../src/passes/device-split.ts";
import { evaluate } from "../../../src/passes/evaluate.ts";
import { inputValues } from "../../../src/reference/forward.ts";
import { forwardNetwork } from "../../../src/reference/network.ts";
import { covarianceOf, rebuiltFrom } from "../../../src/reference/rebuilding.ts";
import { crossEntropy, maskedOutputs, predictedClass, valuesOf } from "../../../src/reference/sweep.ts";
import { conformanceSets, networkOf, splitOf } from "../../support/conformance.ts";
import { testGpu } from "../../support/gpu.ts";
import { withMemory } from "../../support/limited-device.ts";
import { randomSplit, realNetwork, testRandom } from "../../support/networks.ts";
import { inPages } from "../../support/pages.ts";
import { measured, neuronsOf, orderOf, shuffledOrders } from "../../support/sweep-task.ts";

const gpu = await testGpu();

interface Case {
  readonly network: Network;
  readonly validation: Split;
  readonly test: Split;
}

const random = testRandom(77);
const madeUp: Case = {
  network: realNetwork(random, [5, 9, 7, 3], "tanh"),
  validation: randomSplit(random, 150, 5, 3),
  test: randomSplit(random, 131, 5, 3),
};
const known = conformanceSets.map((set): Case & { readonly name: string } => {
  return { name: set.name, network: networkOf(set), validation: splitOf(set), test: splitOf(set) };
});

/** A task with what the modes need, fitted on the validation set. */
async function fitted({ network, validation }: Case, context: GpuContext = gpu) {
  const shape = networkShape(network);
  const { means } = await measured(context, network, validation);
  using samples = uploadSplit(context, "validation", validation, shape[0]!.inputs, shape.at(-1)!.units);
  const about = { network, repeat: 0, meanActivations: means };
  const [fits] = await fitModes(context, samples, [about], ablationModes);
  const orders = shuffledOrders(network, testRandom(3), 2);
  return { ...about, ...fits!, moments: fits!.moments!, orders };
}

/** Mean loss, and the classes, of the network whose removed neurons read as rebuilt ones, in float64. */
function evaluated({ network, test: split }: Case, rebuilt: Parameters<typeof maskedOutputs>[3]) {
  const logits = Array.from(
    { length: split.count },
    (_, sample) => maskedOutputs(network, valuesOf(split, sample), [], rebuilt).at(-1)!,
  );
  const loss = logits.reduce((sum, row, sample) => sum + crossEntropy(row, split.labels[sample]!) / split.count, 0);
  const correct = logits.filter((row, sample) => predictedClass(row) === split.labels[sample]).length;
  const margins = logits.map((row) => row.toSorted((a, b) => b - a)).map(([first, second]) => first! - second!);
  return { loss, correct, undecided: margins.filter((margin) => margin < 1e-3).length };
}

function expectCurve(
  curve: AblationCurve,
  { loss, correct, undecided }: ReturnType<typeof evaluated>,
  step: number,
  tolerance: number,
) {
  const where = `${curve.mode} ${curve.order.scope} draw ${curve.order.draw}, ${curve.removed[step]} removed`;
  expect(Math.abs(curve.loss[step]! - loss), where).toBeLessThan(tolerance * (1 + loss));
  expect(Math.abs(curve.correct[step]! - correct), where).toBeLessThanOrEqual(undecided);
}

describe.each([{ name: "made up", ...madeUp }, ...known])("rebuilt curves of $name", (about) => {
  test("are those of the whole network in which removed neurons read as what they are rebuilt from", async () => {
    const task = await fitted(about);
    const shape = networkShape(about.network);
    using split = uploadSplit(gpu, "test", about.test, shape[0]!.inputs, shape.at(-1)!.units);
    const curves = await rebuiltSweep(gpu, split, task, { modes: rebuildingModes, stride: 1 });
    expect(curves.map(({ order, mode }) => [order, mode])).toEqual(
      task.orders.flatMap((order) => rebuildingModes.map((mode) => [order, mode])),
    );
    for (const curve of curves) {
      for (const [step, count] of curve.removed.entries()) {
        const gone = curve.order.neurons.slice(0, count);
        const rebuilt = rebuiltLayers(curve.mode as (typeof rebuildingModes)[number], task.moments, gone);
        // Weights and biases are rounded to float32 once more than those of the whole network.
        expectCurve(curve, evaluated(about, rebuilt), step, 2e-5);
      }
    }
  });

  test("are what normal equations on outputs in float64 give, as far as sums in float32 tell it", async () => {
    const task = await fitted(about);
    const outputs = forwardNetwork(about.network, inputValues(about.validation.inputs));
    const units = hiddenUnits(networkShape(about.network));
    for (const [layer, { covariances }] of task.moments.entries()) {
      const own = { values: outputs[layer]!, units: units[layer]! };
      const exact = (at: number) => covarianceOf(own, Math.floor(at / own.units), at % own.units);
      const scale = Math.max(...covariances.map(Math.abs));
      for (const [at, value] of covariances.entries()) expect(Math.abs(value - exact(at))).toBeLessThan(1e-5 * scale);
      for (const mode of rebuildingModes) {
        const gone = [...Array(Math.ceil(own.units / 2)).keys()];
        const got = rebuiltLayers(
          mode,
          task.moments,
          gone.map((neuron) => ({ layer: layer + 1, neuron })),
        );
        const rebuilt = units.map((_, index) => (index === layer ? rebuiltFrom(own, mode, gone) : undefined));
        const [here, there] = [evaluated(about, got), evaluated(about, rebuilt)];
        expect(Math.abs(here.loss - there.loss), `${mode}, layer ${layer + 1}`).toBeLessThan(2e-3 * there.loss);
      }
    }
  });
});

describe("rebuilt curves", () => {
  test("begin with the network and end with its means, as curves of means do", async () => {
    const task = await fitted(madeUp);
    using split = uploadSplit(gpu, "test", madeUp.test, 5, 3);
    using networks = uploadNetworks(gpu, [madeUp.network]);
    const { correct, loss } = await evaluate(gpu, networks, split);
    const { curves, singles } = await ablateNetworks(gpu, split, [task], {
      modes: ablationModes,
      stride: 1,
      sweep: "fast",
    });
    expect(curves[0]!.map(({ order, mode }) => [order, mode])).toEqual(
      task.orders.flatMap((order) => ablationModes.map((mode) => [order, mode])),
    );
    expect(singles[0]!.map(({ layer, mode }) => [layer, mode])).toEqual(
      [1, 2].flatMap((layer) => constantModes.map((mode) => [layer, mode])),
    );
    for (const curve of curves[0]!.filter(({ mode }) => rebuildingModes.some((rebuilding) => rebuilding === mode))) {
      const means = curves[0]!.find(({ order, mode }) => order === curve.order && mode === "mean")!;
      expect(curve.correct[0]).toBe(correct[0]);
      expect(curve.loss[0]).toBeCloseTo(loss[0]!, 6);
      expect(curve.loss.at(-1)).toBeCloseTo(means.loss.at(-1)!, 5);
    }
  });

  test("come out the same to the bit alone, with little memory, and page by page", async () => {
    const task = await fitted(madeUp);
    using split = uploadSplit(gpu, "test", madeUp.test, 5, 3);
    const options = { modes: rebuildingModes, stride: 2 };
    const all = await rebuiltSweep(gpu, split, task, options);
    const [alone] = await rebuiltSweep(gpu, split, { ...task, orders: [task.orders[4]!] }, options);
    expect(alone).toEqual(all[4 * rebuildingModes.length]);
    const little = await withMemory(gpu, 40_000);
    using again = uploadSplit(little, "test", madeUp.test, 5, 3);
    expect(await rebuiltSweep(little, again, task, options)).toEqual(all);
    const pages = inPages(gpu, madeUp.test, 3, 64);
    expect(await rebuiltSweep(gpu, pages, task, options)).toEqual(all);
  });

  test("lose nothing of neurons that are copies of kept ones", async () => {
    const [first, ...others] = madeUp.network.layers;
    const { inputs } = first!;
    const weights = first!.weights.map((value, at) =>
      at < 2 * inputs ? first!.weights[2 * inputs + (at % inputs)]! : value,
    );
    const biases = first!.biases.map((bias, unit) => (unit < 2 ? first!.biases[2]! : bias));
    const copied = { ...madeUp, network: { ...madeUp.network, layers: [{ ...first!, weights, biases }, ...others] } };
    const task = await fitted(copied);
    using split = uploadSplit(gpu, "test", copied.test, 5, 3);
    const order = orderOf("layer1", neuronsOf(copied.network, 1).slice(0, 2));
    const curves = await rebuiltSweep(gpu, split, { ...task, orders: [order] }, { modes: rebuildingModes, stride: 1 });
    for (const { loss } of curves) {
      for (const own of loss) expect(own).toBeCloseTo(loss[0]!, 5);
    }
  });
});
