/** What an adapter can do at best: a product of matrices, and streaming through memory. Roofs for what kernels reach. */
import type { Clock } from "../core/platform.ts";
import type { GpuContext } from "../gpu/context.ts";
import { allocate } from "../gpu/device-array.ts";
import { plainLayer, uploadIdentityJobs } from "../gpu/forward-pass.ts";
import { forward } from "../gpu/generated/shaders.ts";
import { createForwardLayer, forwardGrid } from "../gpu/kernels/forward.ts";
import { lanesOf, quadsOf } from "../gpu/packing.ts";
import { submit } from "../gpu/recorder.ts";
import { uploadUniforms } from "../gpu/uniforms.ts";

export interface Ceilings {
  readonly gflops: number;
  readonly gbps: number;
}

/** Width of the square product, and the most of them at once. */
const WIDTH = 512;
const MOST_JOBS = 32;
/** A run that lasts as long is not disturbed by what it takes to start it. */
const LONG_ENOUGH_MS = 60;
const RUNS = 3;
const COPY_BYTES = 64 * 2 ** 20;

async function shortestMs(gpu: GpuContext, clock: Clock, work: () => void): Promise<number> {
  let shortest = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= RUNS; run++) {
    const start = clock();
    work();
    await gpu.finished();
    if (run > 0) shortest = Math.min(shortest, clock() - start); // the first one compiles
  }
  return shortest;
}

/** The product of the forward pass, as many jobs as it takes to last. */
async function productGflops(gpu: GpuContext, clock: Clock): Promise<number> {
  const shape = [MOST_JOBS, WIDTH, lanesOf(WIDTH)] as const;
  const inputs = allocate(gpu, "ceiling inputs", "f32", shape);
  const parameters = allocate(gpu, "ceiling parameters", "f32", shape);
  const outputs = allocate(gpu, "ceiling outputs", "f32", shape);
  const jobTable = uploadIdentityJobs(gpu, MOST_JOBS);
  const layer = uploadUniforms(gpu, forward, "Layer", [plainLayer(WIDTH, WIDTH, WIDTH)]);
  const batch = uploadUniforms(gpu, forward, "Batch", [{ first: 0, count: WIDTH, first_job: 0 }]);
  const resources = { layer, batch, jobs: jobTable, inputs, parameters, outputs };
  const kernel = (await createForwardLayer(gpu, "", "identity")).bind(resources);
  try {
    for (let jobs = 1; ; jobs *= 2) {
      const grid = forwardGrid(quadsOf(WIDTH), WIDTH, jobs);
      const ms = await shortestMs(gpu, clock, () => submit(gpu, "ceiling product", (to) => kernel.encode(to, grid)));
      const operations = 2 * jobs * WIDTH * WIDTH * lanesOf(WIDTH);
      if (ms >= LONG_ENOUGH_MS || jobs === MOST_JOBS) return operations / ms / 1e6;
    }
  } finally {
    for (const one of [inputs, parameters, outputs, jobTable, layer, batch]) one.destroy();
  }
}

/** A copy from buffer to buffer: each byte is read and written. */
async function copyGbps(gpu: GpuContext, clock: Clock): Promise<number> {
  const from = allocate(gpu, "ceiling source", "u32", [COPY_BYTES / 4]);
  const to = allocate(gpu, "ceiling target", "u32", [COPY_BYTES / 4]);
  const ms = await shortestMs(gpu, clock, () => {
    const encoder = gpu.device.createCommandEncoder({ label: "ceiling copy" });
    encoder.copyBufferToBuffer(from.buffer, 0, to.buffer, 0, COPY_BYTES);
    gpu.device.queue.submit([encoder.finish()]);
  });
  from.destroy();
  to.destroy();
  return (2 * COPY_BYTES) / ms / 1e6;
}

/** @throws RunError with what the device reported. */
export async function measureCeilings(gpu: GpuContext, clock: Clock): Promise<Ceilings> {
  return { gflops: await productGflops(gpu, clock), gbps: await copyGbps(gpu, clock) };
}
