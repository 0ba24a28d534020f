/** start-signal.wgsl against src/reference/start-signal.ts. */
import { describe, expect, test } from "vitest";
import { read } from "../../src/gpu/device/device-array.ts";
import { lanesOf } from "../../src/gpu/device/packing.ts";
import { startSignal as shader } from "../../src/gpu/generated/shaders.ts";
import { createStartSignal, type SignalKind, startSignalGrid } from "../../src/gpu/kernels/start-signal.ts";
import { startSignal } from "../../src/reference/start-signal.ts";
import { expectEqual, expectWithin } from "../support/agreement.ts";
import { upload, uploadUniforms } from "../support/arrays.ts";
import { dispatch } from "../support/dispatch.ts";
import { testGpu } from "../support/gpu.ts";
import { testRandom } from "../support/networks.ts";
import { outputDeltaBounds, ULP } from "../support/rounding.ts";
import { concatenate, homogeneousRows, paddedRows, realNumbers, smallIntegers } from "../support/rows.ts";
import { eachDimension, sizesText } from "../support/sizes.ts";

const gpu = await testGpu({ defaultLimits: true });
/** First row of the chunk in the labels, and rows of a slab past it, which must stay as they were. */
const [FIRST, SPARE] = [2, 3];
const UNTOUCHED = 7;

interface Task {
  readonly samples: number;
  readonly classes: number;
  /** Per network: [samples, classes]. */
  readonly logits: readonly Float32Array[];
  /** [samples] */
  readonly labels: Uint32Array;
}

function makeTask(samples: number, classes: number, exact: boolean): Task {
  const random = testRandom(70 + samples + classes);
  const rows = () => (exact ? smallIntegers(random, samples * classes) : realNumbers(random, samples * classes, 4));
  const labels = Uint32Array.from({ length: samples }, () => random.nextBelow(classes));
  return { samples, classes, logits: [rows(), rows()], labels };
}

/** [networks, samples + SPARE, lanes] */
async function run(
  { samples, classes, logits, labels }: Task,
  kind: SignalKind,
  firstClass = 0,
): Promise<Float32Array> {
  const slabRows = samples + SPARE;
  const lanes = lanesOf(classes);
  const sizes = { slab_rows: slabRows, quads: lanes / 4, classes, first_class: firstClass };
  const signal = new Float32Array(logits.length * slabRows * lanes).fill(UNTOUCHED);
  const shape = [logits.length, slabRows, lanes] as const;
  const resources = {
    rows: uploadUniforms(gpu, shader, "Rows", [
      { first: 0, count: 1, ...sizes },
      { first: FIRST, count: samples, ...sizes },
    ]),
    labels: upload(gpu, "labels", "u32", [FIRST + samples], Uint32Array.of(...new Uint32Array(FIRST), ...labels)),
    logits: upload(
      gpu,
      "logits",
      "f32",
      shape,
      concatenate(logits.map((rows) => homogeneousRows(rows, classes, slabRows, 1e30))),
    ),
    signal: upload(gpu, "signal", "f32", shape, signal),
  };
  const kernel = (await createStartSignal(gpu, kind)).bind(resources);
  dispatch(gpu, { kernel, grid: startSignalGrid(samples, logits.length), step: 1 });
  return read(gpu, resources.signal);
}

/** As `run`: padding is 0, spare rows are untouched. */
function packed(
  { samples, classes }: Task,
  rowsOf: (network: number) => ArrayLike<number>,
  spare: number,
): Float32Array {
  return concatenate([0, 1].map((network) => paddedRows(rowsOf(network), classes, samples + SPARE, spare)));
}

const subject = ({ samples, classes }: Task, kind: SignalKind) => {
  const what = `start-signal ${kind}, ${sizesText({ samples, classes })}`;
  return { gpu, what, shape: [2, samples + SPARE, lanesOf(classes)] };
};

describe("what flows back from the logits", () => {
  test.each(["label", "logit"] as const)(
    "equals the reference where it is the label's %s, at every awkward size",
    async (kind) => {
      for (const { samples, classes } of eachDimension(["samples", "classes"])) {
        const task = makeTask(samples, classes, true);
        const want = (network: number) => startSignal(task.logits[network]!, task.labels, classes, kind);
        expectEqual(subject(task, kind), await run(task, kind), packed(task, want, UNTOUCHED));
      }
    },
  );

  test("equals the reference where it is a class's own logit, one class a network from any class on", async () => {
    for (const { samples, classes } of eachDimension(["samples", "classes"])) {
      const task = makeTask(samples, classes, true);
      const from = Math.max(0, classes - 2);
      const want = (network: number) =>
        startSignal(task.logits[network]!, task.labels, classes, "unit", from + network);
      expectEqual(subject(task, "unit"), await run(task, "unit", from), packed(task, want, UNTOUCHED));
    }
  });

  test("is a class's share of how predictions spread, within the rounding of float32", async () => {
    const two = eachDimension(["samples", "classes"]).filter(({ classes }) => classes > 1);
    for (const { samples, classes } of two) {
      const task = makeTask(samples, classes, false);
      const from = Math.max(0, classes - 2);
      const want = (network: number) =>
        startSignal(task.logits[network]!, task.labels, classes, "spread", from + network);
      const bounds = (network: number) =>
        Array.from(task.labels).flatMap((_, sample) => {
          const row = [...task.logits[network]!.subarray(sample * classes, (sample + 1) * classes)];
          const chosen = from + network;
          const p = startSignal(row, [0], classes, "prediction")[chosen] ?? 0;
          // Of p_k, whose root is off by half its share, and 4 units for the root itself; then of the difference.
          const share = outputDeltaBounds(row, 0, 1)[chosen] ?? 0;
          return outputDeltaBounds(row, chosen, 1).map((bound) => {
            const root = Math.sqrt(p);
            return root * (bound + 5 * ULP) + share / Math.max(2 * root, 1e-30) + ULP * ULP;
          });
        });
      const got = await run(task, "spread", from);
      expectWithin(subject(task, "spread"), got, packed(task, want, UNTOUCHED), packed(task, bounds, 0));
    }
    const spread = [0, 1].map((chosen) => [...startSignal([0, 0], [1], 2, "spread", chosen)]);
    const half = Math.sqrt(0.5) / 2;
    for (const [at, value] of [half, -half, -half, half].entries()) expect(spread.flat()[at]).toBeCloseTo(value, 12);
  });

  test.each(["loss", "prediction"] as const)("is of each sample alone, not of the chunk's mean: %s", async (kind) => {
    for (const { samples, classes } of eachDimension(["samples", "classes"])) {
      const task = makeTask(samples, classes, false);
      const rowOf = (network: number, sample: number) => [
        ...task.logits[network]!.subarray(sample * classes, (sample + 1) * classes),
      ];
      const bounds = (network: number) =>
        Array.from(task.labels).flatMap((label, sample) => outputDeltaBounds(rowOf(network, sample), label, 1));
      const want = (network: number) => startSignal(task.logits[network]!, task.labels, classes, kind);
      const got = await run(task, kind);
      expectWithin(subject(task, kind), got, packed(task, want, UNTOUCHED), packed(task, bounds, 0));
    }
    const half = { loss: [0.5, -0.5], prediction: [0.5, 0.5] }[kind];
    expect([...startSignal([0, 0], [1], 2, kind)]).toEqual(half);
  });
});
