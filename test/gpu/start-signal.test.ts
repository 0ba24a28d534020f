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
import { outputDeltaBounds } from "../support/rounding.ts";
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
async function run({ samples, classes, logits, labels }: Task, kind: SignalKind): Promise<Float32Array> {
  const slabRows = samples + SPARE;
  const lanes = lanesOf(classes);
  const sizes = { slab_rows: slabRows, quads: lanes / 4, classes };
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
