/** removals.wgsl against src/reference/removals.ts. */
import { describe, expect, test } from "vitest";
import { type Activation, activations } from "../../src/core/activation.ts";
import { activate } from "../../src/core/activation-values.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf, quadsOf } from "../../src/gpu/device/packing.ts";
import { removals as shader } from "../../src/gpu/generated/shaders.ts";
import {
  changesGrid,
  createAddChanges,
  createPassOn,
  createRemoveAlone,
  differencesGrid,
  type RemovalLayer,
} from "../../src/gpu/kernels/removals.ts";
import { SUM_BLOCK, sumBlocks } from "../../src/gpu/kernels/sum-block.ts";
import { denseOnDevice } from "../../src/gpu/layers/dense.ts";
import { changeOf } from "../../src/reference/removals.ts";
import { startSignal } from "../../src/reference/start-signal.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { integerLayer, realLayer, testRandom } from "../support/networks.ts";
import { activationBound, ULP } from "../support/rounding.ts";
import { concatenate, homogeneousRows, paddedRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu({ defaultLimits: true });
const NETWORKS = [0, 1];
/** Rows of a slab past the chunk, which must stay as they were. */
const SPARE = 3;
const UNTOUCHED = 7;
const GROUP = 2;
const MODES = 2;

type Sizes = Readonly<Record<"samples" | "neurons" | "units", number>>;
const cases = eachDimension(["samples", "neurons", "units"]) as readonly Sizes[];

interface Task extends Sizes {
  readonly activation: Activation;
  /** Of the layer above the neurons', per network. */
  readonly layers: readonly DenseLayer[];
  /** Per network: t [samples, neurons], their means, and z above [samples, units]. */
  readonly outputs: readonly Float32Array[];
  readonly means: readonly Float32Array[];
  readonly sums: readonly Float32Array[];
}

function makeTask(sizes: Sizes, activation: Activation, exact: boolean): Task {
  const { samples, neurons, units } = sizes;
  const random = testRandom(140 + samples + neurons + units);
  const values = (length: number) =>
    NETWORKS.map(() => (exact ? smallIntegers(random, length) : realNumbers(random, length, 2)));
  const layers = NETWORKS.map(() => (exact ? integerLayer : realLayer)(random, neurons, units));
  const [outputs, means, sums] = [values(samples * neurons), values(neurons), values(samples * units)];
  return { ...sizes, activation, layers, outputs, means, sums };
}

function layerSizes({ samples, neurons, units }: Sizes, modes = MODES, first_mode = 0): RemovalLayer {
  return {
    neurons,
    neuron_lanes: lanesOf(neurons),
    units,
    quads: quadsOf(units),
    slab_rows: samples + SPARE,
    group: GROUP,
    modes,
    first_mode,
    blocks: sumBlocks(0, samples),
  };
}

function shared(task: Task, neuron: number) {
  const { samples, neurons, units, layers, outputs, means } = task;
  const rows = samples + SPARE;
  const part = { neuron, first: 0, count: samples, earlier: 0 };
  return {
    layer: uploadUniforms(gpu, shader, "Layer", [layerSizes(task)]),
    part: uploadUniforms(gpu, shader, "Part", [{ ...part, count: 1 }, part]),
    activations: slabs("activations", outputs, neurons, rows, homogeneousRows),
    means: upload(gpu, "means", "f32", [2, neurons], concatenate(means)),
    parameters: upload(gpu, "parameters", "f32", [2, units, lanesOf(neurons)], denseOnDevice.pack(layers)),
  };
}

function slabs(name: string, rows: readonly Float32Array[], width: number, slabRows: number, pad: typeof paddedRows) {
  const packed = concatenate(rows.map((own) => pad(own, width, slabRows, UNTOUCHED)));
  return upload(gpu, name, "f32", [rows.length, slabRows, lanesOf(width)], packed);
}

/** What is taken from z: per slab, [samples, units]. Slabs: networks outermost, then neurons of the group, then modes. */
function lostIn({ samples, neurons, units, layers, outputs, means }: Task, first: number): Float64Array[] {
  return NETWORKS.flatMap((network) =>
    Array.from({ length: GROUP * MODES }, (_, at) => {
      const neuron = Math.min(first + Math.floor(at / MODES), neurons - 1);
      const constant = at % MODES === 0 ? 0 : means[network]![neuron]!;
      return Float64Array.from({ length: samples * units }, (_, index) => {
        const [s, k] = [Math.floor(index / units), index % units];
        return (outputs[network]![s * neurons + neuron]! - constant) * layers[network]!.weights[k * neurons + neuron]!;
      });
    }),
  );
}

/** act(z) - act(z - lost), and how far it may be off: `lost` was rounded so often. */
function difference(z: number, lost: number, activation: Activation, roundings: number) {
  const off = roundings * ULP * Math.abs(lost) + ULP * Math.abs(z - lost);
  const [intact, without] = [activate(z, activation), activate(z - lost, activation)];
  const bound = activationBound(z, 0, activation) + activationBound(z - lost, off, activation);
  return { value: intact - without, bound: bound + ULP * Math.abs(intact - without) };
}

function wanted(task: Task, lost: readonly Float64Array[], roundings: number) {
  const each = lost.map((own, slab) => {
    const z = task.sums[Math.floor(slab / (GROUP * MODES))]!;
    return Array.from(own, (value, at) => difference(z[at]!, value, task.activation, roundings));
  });
  const packed = (part: "value" | "bound", spare: number) =>
    concatenate(
      each.map((rows) =>
        paddedRows(
          rows.map((one) => one[part]),
          task.units,
          task.samples + SPARE,
          spare,
        ),
      ),
    );
  return { values: packed("value", UNTOUCHED), bounds: packed("bound", 0) };
}

const subject = (what: string, { samples, neurons, units }: Sizes) => ({
  gpu,
  what: `removals.${what}, ${sizesText({ samples, neurons, units })}`,
  shape: [2 * GROUP * MODES, samples + SPARE, lanesOf(units)],
});

async function runAlone(task: Task, first: number): Promise<Float32Array> {
  const { samples, units, sums, activation } = task;
  const given = new Array(2 * GROUP * MODES).fill(new Float32Array(samples * units).fill(UNTOUCHED));
  const resources = {
    ...shared(task, first),
    preactivations: slabs("z", sums, units, samples + SPARE, homogeneousRows),
    differences: slabs("differences", given, units, samples + SPARE, paddedRows),
  };
  const kernel = (await createRemoveAlone(gpu, activation)).bind(resources);
  dispatch(gpu, { kernel, grid: differencesGrid(quadsOf(units), samples, 2), step: 1 });
  return read(gpu, resources.differences);
}

describe("remove_alone", () => {
  test("equals the reference on small integers at every awkward size, past the last neuron too; padding is 0", async () => {
    for (const sizes of cases) {
      const task = makeTask(sizes, "relu", true);
      for (const first of new Set([0, sizes.neurons - 1])) {
        const { values } = wanted(task, lostIn(task, first), 0);
        expectEqual(subject("remove_alone", sizes), await runAlone(task, first), values);
      }
    }
  });

  test.each(activations)("agrees with float64 on real numbers with %s", async (activation) => {
    const sizes = { samples: 21, neurons: 6, units: 13 };
    const task = makeTask(sizes, activation, false);
    const { values, bounds } = wanted(task, lostIn(task, 2), 2);
    expectWithin(subject("remove_alone", sizes), await runAlone(task, 2), values, bounds);
  });

  test("is exactly 0 for a neuron that is what replaces it", async () => {
    const sizes = { samples: 9, neurons: 2, units: 5 };
    const task = makeTask(sizes, "sigmoid", false);
    for (const network of NETWORKS) {
      for (let s = 0; s < 9; s++) task.outputs[network]![s * 2] = task.means[network]![0]!;
    }
    const got = await runAlone(task, 0);
    const slab = (9 + SPARE) * lanesOf(5);
    for (const network of NETWORKS) {
      const own = got.subarray((network * GROUP * MODES + 1) * slab).subarray(0, 9 * lanesOf(5));
      expect(own.every((value) => value === 0)).toBe(true);
    }
  });
});

describe("pass_on", () => {
  async function run(task: Task, lost: readonly Float32Array[]): Promise<Float32Array> {
    const { samples, units, sums, activation } = task;
    const { layer, part } = shared(task, 0);
    const differences = slabs("differences", lost, units, samples + SPARE, homogeneousRows);
    const preactivations = slabs("z", sums, units, samples + SPARE, homogeneousRows);
    const kernel = (await createPassOn(gpu, activation)).bind({ layer, part, preactivations, differences });
    dispatch(gpu, { kernel, grid: differencesGrid(quadsOf(units), samples, lost.length), step: 1 });
    return read(gpu, differences);
  }

  test.each([["relu", true] as const, ...activations.map((kind) => [kind, false] as const)])(
    "carries what z loses on with %s, small integers: %s",
    async (activation, exact) => {
      for (const sizes of exact ? cases : [{ samples: 21, neurons: 3, units: 13 }]) {
        const task = makeTask(sizes, activation, exact);
        const random = testRandom(141);
        const length = sizes.samples * sizes.units;
        const lost = Array.from({ length: 2 * GROUP * MODES }, () =>
          exact ? smallIntegers(random, length) : realNumbers(random, length, 1),
        );
        const { values, bounds } = wanted(
          task,
          lost.map((own) => Float64Array.from(own)),
          0,
        );
        // The homogeneous lane that a product leaves becomes 0; rows past the chunk keep theirs.
        const got = await run(task, lost);
        const own = { ...subject("pass_on", sizes) };
        expectWithin(own, got, withRows(values, got, sizes), exact ? 0 : bounds);
      }
    },
  );

  /** Rows past the chunk as they are. */
  function withRows(values: Float32Array, got: Float32Array, { samples, units }: Sizes): Float32Array {
    const row = lanesOf(units);
    return values.map((value, at) => (Math.floor(at / row) % (samples + SPARE) >= samples ? got[at]! : value));
  }
});

interface ChangeTask {
  readonly samples: number;
  readonly classes: number;
  readonly neurons: number;
  /** Per network: logits [samples, classes], t [samples, neurons], means [neurons], and the last layer. */
  readonly logits: readonly Float32Array[];
  readonly outputs: readonly Float32Array[];
  readonly means: readonly Float32Array[];
  readonly layers: readonly DenseLayer[];
  readonly labels: Uint32Array;
}

function changeTask(samples: number, classes: number, neurons: number, scale: number): ChangeTask {
  const random = testRandom(150 + samples + classes + neurons);
  return {
    samples,
    classes,
    neurons,
    logits: NETWORKS.map(() => realNumbers(random, samples * classes, 4)),
    outputs: NETWORKS.map(() => realNumbers(random, samples * neurons, scale)),
    means: NETWORKS.map(() => realNumbers(random, neurons, scale)),
    layers: NETWORKS.map(() => realLayer(random, neurons, classes)),
    labels: Uint32Array.from({ length: samples }, () => random.nextBelow(classes)),
  };
}

type Variant = Parameters<typeof createAddChanges>[1];

/** [networks, neurons, modes, blocks, 4], every group in turn. */
async function runChanges(task: ChangeTask, variant: Variant, modes = MODES, firstMode = 0): Promise<Float32Array> {
  const { samples, classes, neurons, logits, outputs, labels } = task;
  const rows = samples + SPARE;
  const blocks = sumBlocks(0, samples);
  const sizes = { samples, neurons, units: classes };
  const layer = uploadUniforms(gpu, shader, "Layer", [layerSizes(sizes, modes, firstMode)]);
  const groups = Math.ceil(neurons / GROUP);
  const parts = Array.from({ length: groups }, (_, group) => ({
    neuron: group * GROUP,
    first: 0,
    count: samples,
    earlier: 0,
  }));
  const part = uploadUniforms(gpu, shader, "Part", parts);
  const predictions = logits.map((own) => Float32Array.from(startSignal(own, labels, classes, "prediction")));
  const length = 2 * neurons * modes * blocks * 4;
  const sums = upload(gpu, "sums", "f32", [length + 4], new Float32Array(length + 4).fill(UNTOUCHED, length));
  const common = {
    layer,
    part,
    sums: { ...sums, rank: 3 as const },
    labels: upload(gpu, "labels", "u32", [samples], labels),
    predictions: slabs("predictions", predictions, classes, rows, paddedRows),
  };
  for (let group = 0; group < groups; group++) {
    const changes = slabsOfGroup(task, group, modes, firstMode).map((own) => Float32Array.from(own));
    const packed = denseOnDevice.pack(task.layers);
    const ofNeurons = {
      ...common,
      activations: slabs("activations", outputs, neurons, rows, homogeneousRows),
      means: upload(gpu, "means", "f32", [2, neurons], concatenate(task.means)),
      parameters: upload(gpu, "parameters", "f32", [2, classes, lanesOf(neurons)], packed),
    };
    const ofSlabs = { ...common, changes: slabs("changes", changes, classes, rows, homogeneousRows) };
    const bound = {
      "": async () => (await createAddChanges(gpu, "")).bind(ofSlabs),
      LAST: async () => (await createAddChanges(gpu, "LAST")).bind(ofNeurons),
    };
    const kernel = await bound[variant]();
    const grid = changesGrid(layerSizes(sizes, modes, firstMode), parts[group]!, 2);
    dispatch(gpu, { kernel, grid, step: group });
  }
  const found = await read(gpu, sums);
  expectEqual({ gpu, what: "untouched", shape: [4] }, found.slice(-4), new Array(4).fill(UNTOUCHED));
  return found.slice(0, -4);
}

/** What each logit loses, [samples, classes], of (neuron, mode) of a group. */
function slabsOfGroup(task: ChangeTask, group: number, modes: number, firstMode: number): Float64Array[] {
  return NETWORKS.flatMap((network) =>
    Array.from({ length: GROUP * modes }, (_, at) => {
      const neuron = Math.min(group * GROUP + Math.floor(at / modes), task.neurons - 1);
      return lostLogits(task, network, neuron, firstMode + (at % modes));
    }),
  );
}

function lostLogits(
  { samples, classes, neurons, outputs, means, layers }: ChangeTask,
  network: number,
  neuron: number,
  mode: number,
) {
  const constant = mode === 0 ? 0 : means[network]![neuron]!;
  return Float64Array.from({ length: samples * classes }, (_, index) => {
    const [s, c] = [Math.floor(index / classes), index % classes];
    return (outputs[network]![s * neurons + neuron]! - constant) * layers[network]!.weights[c * neurons + neuron]!;
  });
}

/** Sums and their bounds, as `runChanges` gives them. */
function wantedChanges(task: ChangeTask) {
  const [modes, firstMode] = [MODES, 0];
  const { samples, classes, neurons, logits, labels } = task;
  const blocks = sumBlocks(0, samples);
  const values = new Float64Array(2 * neurons * modes * blocks * 4);
  const bounds = new Float64Array(values.length);
  let job = 0;
  for (const network of NETWORKS) {
    for (let neuron = 0; neuron < neurons; neuron++) {
      for (let mode = 0; mode < modes; mode++, job++) {
        const lost = lostLogits(task, network, neuron, firstMode + mode);
        for (let s = 0; s < samples; s++) {
          const own = [...logits[network]!.subarray(s * classes, (s + 1) * classes)];
          const d = [...lost.subarray(s * classes, (s + 1) * classes)];
          const changed = own.map((logit, c) => logit - d[c]!);
          const { loss, divergence, square } = changeOf(own, changed, labels[s]!);
          const slot = 4 * (job * blocks + Math.floor(s / SUM_BLOCK));
          const most = Math.max(...d.map(Math.abs));
          // Each d is off by some roundings of itself, which moves log-probabilities by as much, and each p by some of its own.
          const off = 16 * ULP * (divergence + most);
          const part = [loss, divergence, square];
          const offs = [off, off, 8 * ULP * square];
          for (const [at, value] of part.entries()) {
            values[slot + at]! += value;
            bounds[slot + at]! += offs[at]! + 4 * Math.sqrt(SUM_BLOCK + 1) * ULP * Math.abs(value);
          }
        }
      }
    }
  }
  return { values, bounds };
}

describe("add_changes", () => {
  const shapeOf = ({ samples, neurons }: ChangeTask, modes = MODES) => [2, neurons, modes, sumBlocks(0, samples), 4];

  test.each(["", "LAST"] as const)("agrees with the predictions of changed logits: %s", async (variant) => {
    for (const { samples, classes, neurons } of eachDimension(["samples", "classes", "neurons"])) {
      const task = changeTask(samples!, classes!, neurons!, 1);
      const { values, bounds } = wantedChanges(task);
      const what = `removals.add_changes ${variant}, ${sizesText({ samples: samples!, classes: classes!, neurons: neurons! })}`;
      expectWithin({ gpu, what, shape: shapeOf(task) }, await runChanges(task, variant), values, bounds);
    }
  });

  test.each([1e-4, 30])(
    "tells small changes, and takes large ones that would overflow: outputs of %d",
    async (scale) => {
      const task = changeTask(40, 4, 3, scale);
      const { values, bounds } = wantedChanges(task);
      expectWithin(
        { gpu, what: `changes of ${scale}`, shape: shapeOf(task) },
        await runChanges(task, "LAST"),
        values,
        bounds,
      );
    },
  );

  test("of means alone is what it is beside zeros", async () => {
    const task = changeTask(70, 3, 5, 1);
    const both = await runChanges(task, "LAST");
    const means = await runChanges(task, "LAST", 1, 1);
    const ofMeans = Array.from({ length: 10 }, (_, job) => [...both.subarray((2 * job + 1) * 4, (2 * job + 2) * 4)]);
    expect([...means]).toEqual(ofMeans.flat());
  });

  test("is exactly 0 where all logits shift alike", async () => {
    const task = changeTask(50, 5, 1, 2);
    for (const { weights } of task.layers) weights.fill(0.7);
    const found = await runChanges(task, "LAST");
    for (const at of found.keys()) if (at % 4 < 2) expect(found[at]).toBe(0);
    expect(found[2]).toBeGreaterThan(0);
  });

  test("adds up over blocks of the set, whatever the chunk", async () => {
    const task = changeTask(1500, 3, 2, 1);
    const { values, bounds } = wantedChanges(task);
    expectWithin({ gpu, what: "two blocks", shape: shapeOf(task) }, await runChanges(task, ""), values, bounds);
  });
});
