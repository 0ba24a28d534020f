/** path.wgsl against src/reference/path.ts. */
import { describe, expect, test } from "vitest";
import { type Activation, activations, needsKeptSlope } from "../../src/core/activation.ts";
import { activate } from "../../src/core/activation-values.ts";
import type { DenseLayer } from "../../src/core/layers/dense.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf, quadsOf } from "../../src/gpu/device/packing.ts";
import { path as shader } from "../../src/gpu/generated/shaders.ts";
import { createAddConductance, createScaleLayer, pathGrid } from "../../src/gpu/kernels/path.ts";
import { denseOnDevice } from "../../src/gpu/layers/dense.ts";
import { derivative } from "../../src/reference/backward.ts";
import { keptSlope } from "../../src/reference/forward.ts";
import { scaleLayer, stepConductance } from "../../src/reference/path.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { integerLayer, realLayer, testRandom } from "../support/networks.ts";
import { activationBound, derivativeBound, keptSlopeBound, ULP } from "../support/rounding.ts";
import { concatenate, homogeneousRows, paddedRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu({ defaultLimits: true });
const NETWORKS = [0, 1];
const INPUTS = 5;

type Sizes = Readonly<Record<"rows" | "units", number>>;
const cases = eachDimension(["rows", "units"]) as readonly Sizes[];

const slab = (name: string, networks: readonly Float32Array[], units: number, pad = homogeneousRows) => {
  const rows = networks[0]!.length / units;
  return upload(gpu, name, "f32", [2, rows, lanesOf(units)], concatenate(networks.map((own) => pad(own, units, rows))));
};

const layerOf = ({ rows, units }: Sizes) =>
  uploadUniforms(gpu, shader, "Layer", [
    { units, quads: quadsOf(units), slab_rows: rows, inputs: INPUTS, input_lanes: lanesOf(INPUTS) },
  ]);

interface ScaleTask extends Sizes {
  readonly activation: Activation;
  readonly share: number;
  readonly layers: readonly DenseLayer[];
  /** Per network: z, [rows, units]. */
  readonly sums: readonly Float32Array[];
}

/** Outputs, and slopes where they are kept: [networks, rows, lanes]. */
async function runScale({ activation, share, layers, sums, ...sizes }: ScaleTask) {
  const { rows, units } = sizes;
  const shared = {
    layer: layerOf(sizes),
    step: uploadUniforms(gpu, shader, "Step", [
      { share: 9, begins: 0 },
      { share, begins: 0 },
    ]),
    parameters: upload(gpu, "parameters", "f32", [2, units, lanesOf(INPUTS)], denseOnDevice.pack(layers)),
    preactivations: slab("z", sums, units),
    outputs: slab(
      "outputs",
      sums.map((z) => new Float32Array(z.length)),
      units,
      paddedRows,
    ),
  };
  const kept = needsKeptSlope(activation);
  const slopes = slab(
    "slopes",
    sums.map((z) => new Float32Array(z.length)),
    units,
    paddedRows,
  );
  const kernel = kept
    ? (await createScaleLayer(gpu, "SLOPES", activation)).bind({ ...shared, slopes })
    : (await createScaleLayer(gpu, "", activation)).bind(shared);
  dispatch(gpu, { kernel, grid: pathGrid(quadsOf(units), rows, 2), step: 1 });
  return { outputs: await read(gpu, shared.outputs), slopes: await read(gpu, slopes) };
}

describe("scale_layer", () => {
  const wanted = ({ sums, layers, share, activation }: ScaleTask) =>
    NETWORKS.map((network) => scaleLayer(sums[network]!, layers[network]!.biases, share, activation));
  const packed = (rows: readonly ArrayLike<number>[], { units, rows: count }: Sizes, pad = homogeneousRows) =>
    concatenate(rows.map((own) => pad(own, units, count)));

  test("equals the reference on small integers at every awkward size, the homogeneous lane included", async () => {
    for (const sizes of cases) {
      const random = testRandom(110 + sizes.rows + sizes.units);
      const layers = NETWORKS.map(() => integerLayer(random, INPUTS, sizes.units));
      const sums = NETWORKS.map(() => smallIntegers(random, sizes.rows * sizes.units));
      const task: ScaleTask = { ...sizes, activation: "relu", share: 0.25, layers, sums };
      const what = `path.scale_layer, ${sizesText(sizes)}`;
      const shape = [2, sizes.rows, lanesOf(sizes.units)];
      expectEqual({ gpu, what, shape }, (await runScale(task)).outputs, packed(wanted(task), sizes));
    }
  });

  test.each(activations)(
    "agrees with float64 on real numbers with %s, slopes that are kept included",
    async (activation) => {
      const sizes = { rows: 37, units: 13 };
      const random = testRandom(111);
      const layers = NETWORKS.map(() => realLayer(random, INPUTS, sizes.units));
      const sums = NETWORKS.map(() => realNumbers(random, sizes.rows * sizes.units, 3));
      const share = 21 / 128;
      const task: ScaleTask = { ...sizes, activation, share, layers, sums };
      /** z along the way, and how far it may be off: a difference, a product and a sum round once each. */
      const along = (network: number) =>
        Array.from(sums[network]!, (z, at) => {
          const bias = layers[network]!.biases[at % sizes.units]!;
          const part = share * (z - bias);
          return { z: bias + part, bound: ULP * (2 * Math.abs(part) + Math.abs(bias + part)) };
        });
      const got = await runScale(task);
      const bounds = NETWORKS.map((network) =>
        along(network).map(({ z, bound }) => activationBound(z, bound, activation)),
      );
      const shape = [2, sizes.rows, lanesOf(sizes.units)];
      const what = `path.scale_layer, ${activation}`;
      expectWithin({ gpu, what, shape }, got.outputs, packed(wanted(task), sizes), packed(bounds, sizes, paddedRows));
      if (!needsKeptSlope(activation)) return;
      const slopes = NETWORKS.map((network) => along(network).map(({ z }) => keptSlope(z, activation)));
      const slopeBounds = NETWORKS.map((network) =>
        along(network).map(({ z, bound }) => keptSlopeBound(z, bound, activation)),
      );
      for (const network of NETWORKS) {
        for (const [at, want] of slopes[network]!.entries()) {
          const row = network * sizes.rows + Math.floor(at / sizes.units);
          const found = got.slopes[row * lanesOf(sizes.units) + (at % sizes.units)]!;
          expect(Math.abs(found - want)).toBeLessThanOrEqual(slopeBounds[network]![at]!);
        }
      }
    },
  );
});

interface StepTask extends Sizes {
  readonly activation: Activation;
  /** Per network, [rows, units]. */
  readonly begin: readonly Float32Array[];
  readonly end: readonly Float32Array[];
  /** z in the middle of the step. */
  readonly middle: readonly Float32Array[];
  readonly gradients: readonly Float32Array[];
  /** What conductance holds before. */
  readonly before: readonly Float32Array[];
}

function stepTask(sizes: Sizes, activation: Activation, exact: boolean): StepTask {
  const random = testRandom(120 + sizes.rows + sizes.units);
  const values = () =>
    NETWORKS.map(() =>
      exact ? smallIntegers(random, sizes.rows * sizes.units) : realNumbers(random, sizes.rows * sizes.units, 2),
    );
  return {
    ...sizes,
    activation,
    begin: values(),
    end: values(),
    middle: values(),
    gradients: values(),
    before: values(),
  };
}

/** conductance and delta, [networks, rows, lanes]. */
async function runStep(task: StepTask, begins: boolean) {
  const { activation, units, rows, begin, end, middle, gradients, before } = task;
  const shared = {
    layer: layerOf(task),
    step: uploadUniforms(gpu, shader, "Step", [
      { share: 0, begins: begins ? 0 : 1 },
      { share: 0, begins: begins ? 1 : 0 },
    ]),
    begin: slab("begin", begin, units),
    end: slab("end", end, units),
    delta: slab("delta", gradients, units, paddedRows),
    conductance: slab("conductance", before, units, paddedRows),
  };
  const kernel = needsKeptSlope(activation)
    ? (await createAddConductance(gpu, "SLOPES", activation)).bind({
        ...shared,
        slopes: slab(
          "slopes",
          middle.map((z) => z.map((value) => keptSlope(value, activation))),
          units,
          paddedRows,
        ),
      })
    : (await createAddConductance(gpu, "", activation)).bind({
        ...shared,
        middle: slab(
          "middle",
          middle.map((z) => z.map((value) => activate(value, activation))),
          units,
        ),
      });
  dispatch(gpu, { kernel, grid: pathGrid(quadsOf(units), rows, 2), step: 1 });
  return { conductance: await read(gpu, shared.conductance), delta: await read(gpu, shared.delta) };
}

/** act' where the kernel works it out of float32 outputs, or is given it. */
function slopesOf({ middle, activation }: StepTask, network: number): number[] {
  return Array.from(middle[network]!, (z) =>
    needsKeptSlope(activation)
      ? Math.fround(keptSlope(z, activation))
      : derivative(Math.fround(activate(z, activation)), activation),
  );
}

describe("add_conductance", () => {
  const padded = (rows: readonly ArrayLike<number>[], { units, rows: count }: Sizes) =>
    concatenate(rows.map((own) => paddedRows(own, units, count)));
  const added = ({ gradients, begin, end }: StepTask, network: number) =>
    stepConductance(gradients[network]!, begin[network]!, end[network]!);

  test("adds g (t_end - t_begin), or begins with it, and hands on act' g: small integers at every awkward size", async () => {
    for (const sizes of cases) {
      const task = stepTask(sizes, "relu", true);
      const shape = [2, sizes.rows, lanesOf(sizes.units)];
      for (const begins of [true, false]) {
        const got = await runStep(task, begins);
        const want = NETWORKS.map((network) =>
          added(task, network).map((value, at) => value + (begins ? 0 : task.before[network]![at]!)),
        );
        const what = `path.add_conductance, ${sizesText(sizes)}`;
        expectEqual({ gpu, what, shape }, got.conductance, padded(want, sizes));
        const delta = NETWORKS.map((network) => {
          const slopes = slopesOf(task, network);
          return task.gradients[network]!.map((g, at) => g * slopes[at]!);
        });
        expectEqual({ gpu, what: `${what}, delta`, shape }, got.delta, padded(delta, sizes));
      }
    }
  });

  test.each(activations)("agrees with float64 on real numbers with %s", async (activation) => {
    const sizes = { rows: 37, units: 13 };
    const task = stepTask(sizes, activation, false);
    const shape = [2, sizes.rows, lanesOf(sizes.units)];
    const got = await runStep(task, false);
    const want = NETWORKS.map((network) => added(task, network).map((value, at) => value + task.before[network]![at]!));
    const bounds = NETWORKS.map((network) =>
      added(task, network).map((value, at) => ULP * (2 * Math.abs(value) + Math.abs(want[network]![at]!)) + ULP * ULP),
    );
    expectWithin(
      { gpu, what: "path.add_conductance", shape },
      got.conductance,
      padded(want, sizes),
      padded(bounds, sizes),
    );
    const delta = NETWORKS.map((network) => {
      const slopes = slopesOf(task, network);
      return Float64Array.from(task.gradients[network]!, (g, at) => g * slopes[at]!);
    });
    const deltaBounds = NETWORKS.map((network) =>
      Array.from(task.gradients[network]!, (g, at) => {
        const t = activate(task.middle[network]![at]!, activation);
        const slope = needsKeptSlope(activation) ? 0 : derivativeBound(t, 0, activation);
        return Math.abs(g) * slope + ULP * Math.abs(delta[network]![at]!) + ULP * ULP;
      }),
    );
    expectWithin(
      { gpu, what: "path.add_conductance, delta", shape },
      got.delta,
      padded(delta, sizes),
      padded(deltaBounds, sizes),
    );
  });
});
