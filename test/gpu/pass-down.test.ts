/** pass-down.wgsl against src/reference/pass-down.ts. */
import { describe, test } from "vitest";
import { type Activation, activations, needsKeptSlope } from "../../src/core/activation.ts";
import { activate } from "../../src/core/activation-values.ts";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { passDown as shader } from "../../src/gpu/generated/shaders.ts";
import { createPassDown, passDownGrid } from "../../src/gpu/kernels/pass-down.ts";
import { derivative } from "../../src/reference/backward.ts";
import { keptSlope } from "../../src/reference/forward.ts";
import { passDown } from "../../src/reference/pass-down.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { derivativeBound, keptSlopeBound, ULP } from "../support/rounding.ts";
import { concatenate, paddedRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu({ defaultLimits: true });
const NETWORKS = 2;
const UNTOUCHED = 7;
/** Rows of a slab past the chunk, which must stay as they were. */
const SPARE = 3;

interface Task {
  readonly samples: number;
  readonly units: number;
  readonly activation: Activation;
  /** Per network, [samples, units]: what flows back, z, and t. */
  readonly signals: readonly Float32Array[];
  readonly sums: readonly Float32Array[];
  readonly outputs: readonly Float32Array[];
}

function makeTask(samples: number, units: number, activation: Activation, exact: boolean): Task {
  const random = testRandom(320 + samples + units);
  const rows = () => (exact ? smallIntegers(random, samples * units, 3) : realNumbers(random, samples * units, 2));
  const sums = [rows(), rows()];
  const outputs = sums.map((z) => z.map((value) => activate(value, activation)));
  return { samples, units, activation, signals: [rows(), rows()], sums, outputs };
}

/** [networks, samples + SPARE, units] */
async function run({ samples, units, activation, signals, sums, outputs }: Task): Promise<number[]> {
  const lanes = lanesOf(units);
  const slabRows = samples + SPARE;
  const shape = [NETWORKS, slabRows, lanes] as const;
  const slabs = (name: string, rows: readonly Float32Array[]) =>
    upload(gpu, name, "f32", shape, concatenate(rows.map((own) => paddedRows(own, units, slabRows, 1))));
  const shared = {
    layer: uploadUniforms(gpu, shader, "Layer", [{ slab_rows: slabRows, quads: lanes / 4 }]),
    part: uploadUniforms(gpu, shader, "Part", [{ count: samples, earlier: 0 }]),
    signal: slabs("signal", signals),
    delta: upload(gpu, "delta", "f32", shape, new Float32Array(NETWORKS * slabRows * lanes).fill(UNTOUCHED)),
  };
  const kernel = needsKeptSlope(activation)
    ? (await createPassDown(gpu, "PREACTIVATIONS", activation)).bind({ ...shared, preactivations: slabs("z", sums) })
    : (await createPassDown(gpu, "", activation)).bind({ ...shared, activations: slabs("t", outputs) });
  dispatch(gpu, { kernel, grid: passDownGrid(lanes / 4, samples, NETWORKS) });
  const all = await read(gpu, shared.delta);
  return Array.from({ length: NETWORKS * slabRows }, (_, row) => [
    ...all.subarray(row * lanes, row * lanes + units),
  ]).flat();
}

function slopeAt({ activation, sums, outputs }: Task, network: number, index: number): number {
  const z = sums[network]![index]!;
  return needsKeptSlope(activation) ? keptSlope(z, activation) : derivative(outputs[network]![index]!, activation);
}

/** As `run`: spare rows are untouched. */
function rowsOf({ units }: Task, of: (network: number) => ArrayLike<number>, spare: number): number[] {
  return [0, 1].flatMap((network) => [...Array.from(of(network)), ...new Array<number>(SPARE * units).fill(spare)]);
}

const wanted = (task: Task) =>
  rowsOf(
    task,
    (network) => {
      const signal = task.signals[network]!;
      return passDown(
        signal,
        signal.map((_, index) => slopeAt(task, network, index)),
      );
    },
    UNTOUCHED,
  );
const subject = ({ samples, units, activation }: Task) => {
  const what = `pass-down, ${activation}, ${sizesText({ samples, units })}`;
  return { gpu, what, shape: [NETWORKS, samples + SPARE, units] };
};

describe("what flows back through an activation", () => {
  test("equals the reference for small integers at every awkward size", async () => {
    for (const { samples, units } of eachDimension(["samples", "units"])) {
      const task = makeTask(samples, units, "relu", true);
      expectEqual(subject(task), await run(task), wanted(task));
    }
  });

  test.each(activations)("is within the rounding of float32 with %s", async (activation) => {
    const task = makeTask(65, 7, activation, false);
    const bounds = rowsOf(
      task,
      (network) =>
        Array.from(task.signals[network]!, (g, index) => {
          const [z, t] = [task.sums[network]![index]!, task.outputs[network]![index]!];
          const bound = needsKeptSlope(activation)
            ? keptSlopeBound(z, 0, activation)
            : derivativeBound(t, 0, activation);
          return Math.abs(g) * (bound + ULP * Math.abs(slopeAt(task, network, index))) + ULP * ULP;
        }),
      0,
    );
    expectWithin(subject(task), await run(task), wanted(task), bounds);
  });
});
