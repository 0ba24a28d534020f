/** The devices that kernels with subgroup variants are tested on: with those variants, and without as GPUs run them. */
import type { GpuContext } from "../../src/gpu/context.ts";
import { testGpu } from "./gpu.ts";

export interface KernelGpu {
  readonly gpu: GpuContext;
  /** Which variants run, for the tests' names. */
  readonly kernels: string;
}

export async function kernelGpus(): Promise<KernelGpu[]> {
  const plain = { gpu: await testGpu({ defaultLimits: true, subgroups: false }), kernels: "plain kernels" };
  const gpu = await testGpu({ defaultLimits: true });
  if (gpu.subgroupLanes === 0) return [plain];
  return [plain, { gpu, kernels: `kernels for subgroups of ${gpu.subgroupLanes}` }];
}
