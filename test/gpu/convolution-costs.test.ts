/** What the kernels of convolutions say that a dispatch costs, against numbers worked out by hand. */
import { expect, test } from "vitest";
import { convolutionShape } from "../../src/core/layers/convolution.ts";
import { squareWindow } from "../../src/core/layers/maps.ts";
import { poolGeometry } from "../../src/core/layers/pooling.ts";
import { convolution, convolutionBackward, pool } from "../../src/gpu/generated/shaders.ts";
import { convolutionUniform, convolveGrid, createConvolve } from "../../src/gpu/kernels/convolution.ts";
import {
  convolveDeltaGrid,
  createConvolveDelta,
  createUpdateConvolution,
  updateConvolutionGrid,
} from "../../src/gpu/kernels/convolution-backward.ts";
import { createPool, createPoolDelta, poolDeltaGrid, poolGrid } from "../../src/gpu/kernels/pool.ts";
import { Profiler } from "../../src/gpu/profile/profiler.ts";
import { allocate, uploadUniforms } from "../support/arrays.ts";
import { noOptimiser } from "../support/backward-kernels.ts";
import { costOf } from "../support/cost-of.ts";
import { testGpu } from "../support/gpu.ts";

const gpu = await testGpu({ defaultLimits: true, profiler: new Profiler() });
const floats = <const S extends readonly number[]>(...shape: S) => allocate(gpu, "floats", "f32", shape);

// Two networks: 3 channels (1 quad) of 4 x 5 positions to 6 (2 quads) of as many, by 9 taps; 4 of 5 samples.
const source = { channels: 3, height: 4, width: 5 };
const shape = convolutionShape(source, squareWindow(3, 1, 1), 6);
const sizes = convolutionUniform(shape, { slabRows: 5, ownSource: true });
const parameterQuads = 9 + 1;
const products = 4 * 20 * 6 * 9 * 4;

test("convolve", async () => {
  const kernel = (await createConvolve(gpu, "sigmoid")).bind({
    layer: uploadUniforms(gpu, convolution, "Layer", [sizes]),
    batch: uploadUniforms(gpu, convolution, "Batch", [{ count: 4, first_job: 0 }]),
    jobs: allocate(gpu, "jobs", "Job", [2] as const, convolution.structs.Job.size),
    inputs: floats(2, 100, 4),
    parameters: floats(2, 6, 4 * parameterQuads),
    outputs: floats(2, 100, 8),
  });
  const target = { channels: 6, height: 4, width: 5 };
  expect(costOf(kernel, convolveGrid(gpu, target, 4, 2))).toEqual({
    operations: 2 * (2 * products + 4 * 20 * 6 * 4),
    // parameters once; both maps of 4 samples
    bytes: 2 * 16 * (6 * parameterQuads + 4 * 20 * 1 + 4 * 20 * 2),
  });
});

const layer = uploadUniforms(gpu, convolutionBackward, "Layer", [sizes]);
const batch = uploadUniforms(gpu, convolutionBackward, "Batch", [{ ...noOptimiser, first: 0, count: 4 }]);

test("convolve_delta", async () => {
  const kernel = (await createConvolveDelta(gpu, "sigmoid")).bind({
    layer,
    batch,
    delta: floats(2, 100, 4),
    next_delta: floats(2, 100, 8),
    next_parameters: floats(2, 6, 4 * parameterQuads),
    activations: floats(2, 100, 4),
  });
  expect(costOf(kernel, convolveDeltaGrid(source, 5, 2))).toEqual({
    operations: 2 * (2 * products + 4 * 20 * 4 * 3),
    // read: deltas above, activations, parameters; written: the delta of all 5 samples
    bytes: 2 * 16 * (4 * 20 * 2 + 4 * 20 + 6 * parameterQuads + 5 * 20),
  });
});

test.each([
  ["", 14, 6],
  ["GRADIENT", 2, 2],
] as const)("update_convolution in variant '%s'", async (variant, perParameter, moves) => {
  const parameters = () => floats(2, 6, 4 * parameterQuads);
  const shared = { layer, batch, delta: floats(2, 100, 8), inputs: floats(2, 100, 4), parameters: parameters() };
  const kernel =
    variant === ""
      ? (await createUpdateConvolution(gpu, variant)).bind({
          ...shared,
          first_moments: parameters(),
          second_moments: parameters(),
        })
      : (await createUpdateConvolution(gpu, variant)).bind({ ...shared, gradients: parameters() });
  const matrix = 6 * parameterQuads;
  expect(costOf(kernel, updateConvolutionGrid(parameterQuads, 6, 2))).toEqual({
    operations: 2 * (2 * products + matrix * 4 * perParameter),
    bytes: 2 * 16 * (matrix * moves + 4 * 20 * (1 + 2)),
  });
});

test("pool, and pool_delta", async () => {
  // 3 channels (1 quad) of 4 x 5 positions to 2 x 2, by windows of 2 x 2.
  const own = poolGeometry({ kind: "max", source, window: squareWindow(2, 2) });
  const bound = {
    layer: uploadUniforms(gpu, pool, "Layer", [convolutionUniform(own, { slabRows: 5, ownSource: true })]),
    batch: uploadUniforms(gpu, pool, "Batch", [{ count: 4, first_job: 0 }]),
    jobs: allocate(gpu, "jobs", "Job", [2] as const, pool.structs.Job.size),
    inputs: floats(2, 100, 4),
  };
  const forward = (await createPool(gpu, "max")).bind({ ...bound, outputs: floats(2, 20, 4) });
  const target = { channels: 3, height: 2, width: 2 };
  const taps = 4 * 4 * 3;
  expect(costOf(forward, poolGrid(target, 4, 2))).toEqual({
    operations: 2 * 4 * taps,
    bytes: 2 * 16 * 4 * (20 + 4),
  });
  const { jobs: _, ...shared } = bound;
  const back = (await createPoolDelta(gpu, "max", "sigmoid")).bind({
    ...shared,
    next_delta: floats(2, 20, 4),
    delta: floats(2, 100, 4),
  });
  expect(costOf(back, poolDeltaGrid(source, 5, 2))).toEqual({
    operations: 2 * 4 * (taps + 20 * 4 * 3),
    // read: the map and the delta above; written: the delta of all 5 samples
    bytes: 2 * 16 * (4 * (20 + 4) + 5 * 20),
  });
});
