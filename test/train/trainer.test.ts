/** Training on the device: independence of the repeats, agreement with the float64 reference, failures, memory. */

import { describe, expect, test } from "vitest";
import { activations, type NetworkActivation } from "../../src/core/activation.ts";
import type { Split } from "../../src/core/dataset.ts";
import { RunError } from "../../src/core/errors.ts";
import { denseNetwork } from "../../src/core/layers/network-shape.ts";
import type { Network, TrainedNetwork } from "../../src/core/network.ts";
import { downloadNetworks, uploadNetworks } from "../../src/passes/device-networks.ts";
import { uploadSplit } from "../../src/passes/device-split.ts";
import { evaluate } from "../../src/passes/evaluate.ts";
import { trainNetwork } from "../../src/reference/train.ts";
import { adam } from "../../src/train/adam.ts";
import { initialNetwork } from "../../src/train/initialisation.ts";
import { shuffleKeys } from "../../src/train/shuffle-keys.ts";
import { type TrainingOptions, type TrainingProgress, trainNetworks } from "../../src/train/trainer.ts";
import { expectWithin } from "../support/agreement.ts";
import { testGpu } from "../support/gpu.ts";
import { kernelGpus } from "../support/kernel-gpus.ts";
import { brightestPixelSplit, randomSplit, testRandom } from "../support/networks.ts";
import { watchBuffers } from "../support/watched-buffers.ts";

const FEATURES = 9;
const CLASSES = 3;
/** 53 is prime: no batch size but 1 divides it. */
const split = randomSplit(testRandom(41), 53, FEATURES, CLASSES);

const options: TrainingOptions = {
  shape: denseNetwork([FEATURES, 7, 6, CLASSES]),
  activation: "sigmoid",
  seed: 5,
  epochs: 2,
  batchSize: 8,
  learningRate: 0.01,
  l2: 0.01,
};

describe.each(await kernelGpus())("$kernels", ({ gpu, ownActivations }) => {
  async function train(
    repeats: readonly number[],
    changes: Partial<TrainingOptions> = {},
    onProgress?: (progress: TrainingProgress) => void,
    samples = split,
  ): Promise<TrainedNetwork[]> {
    using device = uploadSplit(gpu, "train", samples, FEATURES, CLASSES);
    return await trainNetworks(gpu, device, repeats, { ...options, ...changes }, { ...(onProgress && { onProgress }) });
  }

  test.each(ownActivations)(
    "a repeat is the same, bit for bit, alone or in any company, with %s",
    async (activation) => {
      const [alone] = await train([3], { activation });
      expect(alone!.repeat).toBe(3);
      for (const company of [
        [0, 1, 2, 3],
        [3, 1],
        [9, 3, 700, 2, 1],
      ]) {
        const trained = await train(company, { activation });
        expect(trained.map(({ repeat }) => repeat)).toEqual(company);
        expect(trained.find(({ repeat }) => repeat === 3)).toEqual(alone);
      }
      expect((await train([4], { activation }))[0]!.network).not.toEqual(alone!.network);
    },
  );

  test("goes on from the networks that it is given, and from the seed's where it is given none", async () => {
    const drawn = initialNetwork(options.seed, 3, options.shape, options.activation);
    const [fromSeed] = await train([3]);
    expect((await train([3], { initial: [drawn] }))[0]!.network).toEqual(fromSeed!.network);
    const [further] = await train([3], { initial: [fromSeed!.network] });
    expect(further!.network).not.toEqual(fromSeed!.network);
    expect(further!.trainLoss[0]).toBeLessThan(fromSeed!.trainLoss[0]!);
  });

  /** The same training in float64, from the same start, in the same order of the samples. */
  function trainReference(repeat: number, changes: Partial<TrainingOptions>) {
    const all = { ...options, ...changes };
    return trainNetwork(initialNetwork(all.seed, repeat, all.shape, all.activation), {
      ...all,
      ...adam,
      ...split,
      round_keys: (epoch) => shuffleKeys(all.seed, [repeat], epoch),
    });
  }

  /**
   * Asks for agreement to 1/100,000 of the way that parameters can have gone (a step of Adam is about the learning rate).
   * Measured: rounding is 2e-6 of the way at most; beta2 = 0.998 is 2e-4 at least, and a wrong order of the samples,
   * strength of l2 or beta1 more than 5e-3.
   */
  function expectReference(trained: TrainedNetwork, changes: Partial<TrainingOptions>): void {
    const { epochs, batchSize, learningRate } = { ...options, ...changes };
    const bound = (epochs * Math.ceil(split.count / batchSize) * learningRate) / 100_000;
    const want = trainReference(trained.repeat, changes);
    for (const [index, layer] of trained.network.layers.entries()) {
      for (const part of ["weights", "biases"] as const) {
        const what = `trained ${part} of layer ${index}, repeat ${trained.repeat}, ${JSON.stringify(changes)}`;
        const wanted = want.network.layers[index]![part];
        expectWithin({ gpu, what, shape: [wanted.length] }, layer[part], wanted, bound);
      }
    }
    const what = `training loss, repeat ${trained.repeat}, ${JSON.stringify(changes)}`;
    expectWithin({ gpu, what, shape: [epochs] }, trained.trainLoss, want.trainLoss, bound);
  }

  test.each(ownActivations)("two epochs with a short last batch agree with float64, with %s", async (activation) => {
    for (const trained of await train([0, 11], { activation })) expectReference(trained, { activation });
  });

  test("layers of different functions agree with float64, slopes being kept for some of them", async () => {
    const activation: NetworkActivation = [{ kind: "gelu-tanh" }, { kind: "leaky-relu", alpha: 0.2 }, { kind: "gelu" }];
    const changes = { activation, shape: denseNetwork([FEATURES, 7, 6, 5, CLASSES]) };
    for (const trained of await train([0, 11], changes)) expectReference(trained, changes);
  });

  test("any batch size agrees with float64: one sample, all but one, all, more than there are", async () => {
    for (const batchSize of [1, 52, 53, 200]) {
      const changes = { batchSize, epochs: batchSize === 1 ? 1 : 3, shape: denseNetwork([FEATURES, 4, CLASSES]) };
      const [trained] = await train([2], changes);
      expectReference(trained!, changes);
    }
  });

  test("a batch larger than the data is the data", async () => {
    expect(await train([1], { batchSize: 1000 })).toEqual(await train([1], { batchSize: 53 }));
  });

  test("l2 pulls on the training as the reference says", async () => {
    for (const l2 of [0, 0.3]) expectReference((await train([0], { l2 }))[0]!, { l2 });
  });
});

const gpu = await testGpu();

async function trainOn(
  samples: Split,
  repeats: readonly number[],
  changes: Partial<TrainingOptions>,
  onProgress?: (progress: TrainingProgress) => void,
) {
  using device = uploadSplit(gpu, "train", samples, samples.inputs.length / samples.count, CLASSES);
  return await trainNetworks(gpu, device, repeats, { ...options, ...changes }, { ...(onProgress && { onProgress }) });
}

test.each(activations)("the loss falls and a problem that can be learnt is learnt, with %s", async (activation) => {
  const random = testRandom(42);
  const [learnt, unseen] = [brightestPixelSplit(random, 200, CLASSES), brightestPixelSplit(random, 300, CLASSES)];
  const changes = {
    activation,
    epochs: 30,
    shape: denseNetwork([CLASSES, 8, 8, CLASSES]),
    l2: 1e-5,
    learningRate: 0.02,
  };
  const trained = await trainOn(learnt, [0, 1], changes);
  for (const { trainLoss } of trained) {
    expect(trainLoss).toHaveLength(30);
    expect(trainLoss[0]).toBeGreaterThan(0.5);
    expect(trainLoss.at(-1)).toBeLessThan(0.1);
  }
  using networks = uploadNetworks(
    gpu,
    trained.map(({ network }) => network),
  );
  using device = uploadSplit(gpu, "test", unseen, CLASSES, CLASSES);
  const { correct } = await evaluate(gpu, networks, device);
  for (const hits of correct) expect(hits / unseen.count).toBeGreaterThan(0.98);
});

test("a rate that makes the loss NaN stops the run with the repeat, the epoch and advice", async () => {
  const diverging = trainOn(split, [6, 7], { learningRate: 1e30, activation: "relu", epochs: 5 });
  const failure = await diverging.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(RunError);
  expect((failure as RunError).fault).toMatchObject({ what: "training diverged", expected: "finite loss" });
  expect((failure as RunError).fault.where).toMatch(/^repeat 6, epoch [12]$/);
  expect((failure as RunError).fault.fix).toContain("--learning-rate (now 1e+30)");
});

test("progress never goes back, ends at the last epoch, and carries the loss from the first epoch's end on", async () => {
  const events: TrainingProgress[] = [];
  const [trained] = await trainOn(split, [0], { epochs: 3 }, (progress) => events.push(progress));
  const done = events.map(({ epochsDone }) => epochsDone);
  expect(done).toEqual([...done].sort((a, b) => a - b));
  expect(done.at(-1)).toBe(3);
  expect(events.filter(({ epochsDone }) => epochsDone < 1).every(({ loss }) => loss === undefined)).toBe(true);
  expect(events.at(-1)!.loss).toBe(trained!.trainLoss.at(-1));
});

describe("device memory", () => {
  test("every buffer is destroyed at the end, also of a run that diverges", async () => {
    using buffers = watchBuffers(gpu);
    await trainOn(split, [0, 1], {});
    expect(buffers.created.length).toBeGreaterThan(10);
    expect(buffers.alive()).toEqual([]);
    await trainOn(split, [0], { learningRate: 1e30, activation: "relu" }).catch(() => {});
    expect(buffers.alive()).toEqual([]);
  });

  test("an epoch allocates nothing but the staging of its losses", async () => {
    async function counts(epochs: number) {
      using buffers = watchBuffers(gpu);
      await trainOn(split, [0, 1], { epochs });
      return { created: buffers.created.length, staging: buffers.staging.length };
    }
    const [few, many] = [await counts(2), await counts(9)];
    expect(many.created).toBe(few.created);
    expect(many.staging - few.staging).toBe(7);
  });
});

test("weights that the very last update made infinite stop the run as well, though no loss shows them", async () => {
  const random = testRandom(5);
  const split = randomSplit(random, 12, 6, 3);
  using device = uploadSplit(gpu, "train", split, 6, 3);
  // One batch, one epoch: the only loss is that of the initial weights.
  const options = {
    shape: denseNetwork([6, 4, 3]),
    activation: "relu" as const,
    seed: 0,
    epochs: 1,
    batchSize: 64,
    l2: 0,
  };
  const training = trainNetworks(gpu, device, [3], { ...options, learningRate: 3e38 });
  await expect(training).rejects.toThrow(
    /repeat 3, epoch 1: training diverged\n.*finite weights[\s\S]*--learning-rate/,
  );
});

test("tells of every epoch with the networks as they are then, before the next begins", async () => {
  using device = uploadSplit(gpu, "train", split, FEATURES, CLASSES);
  const seen: { losses: readonly number[]; networks: readonly Network[] }[] = [];
  const trained = await trainNetworks(gpu, device, [2, 5], options, {
    onEpoch: async (networks, losses) => {
      seen.push({ losses, networks: await downloadNetworks(gpu, networks) });
    },
  });
  expect(seen.map(({ losses }) => losses)).toEqual(
    Array.from({ length: options.epochs }, (_, epoch) => trained.map(({ trainLoss }) => trainLoss[epoch])),
  );
  expect(seen.at(-1)!.networks).toEqual(trained.map(({ network }) => network));
  expect(seen[0]!.networks).not.toEqual(seen.at(-1)!.networks);
});
