/** The devices that products are tested on: one for each form of their kernels that the adapter can run. */

import { type Activation, activations } from "../../src/core/activation.ts";
import { everyProduct } from "../../src/core/tiles.ts";
import { availableForms, type GpuContext, withTiles } from "../../src/gpu/device/context.ts";
import { testGpu } from "./gpu.ts";

export interface KernelGpu {
  readonly gpu: GpuContext;
  /**
   * What to test this form with: the activation functions are the same code in every form, and the shared one takes
   * software adapters seconds to compile, so one stands for all there, and one for those whose slopes are kept.
   */
  readonly ownActivations: readonly Activation[];
  /** Which variants run, for the tests' names. */
  readonly kernels: string;
}

export async function kernelGpus(): Promise<KernelGpu[]> {
  // Without subgroups, so that the kernels that have no shared form run as they do on GPUs.
  const bare = await testGpu({ defaultLimits: true, subgroups: false });
  const full = await testGpu({ defaultLimits: true });
  return availableForms(full).map((form) => ({
    gpu: withTiles(form === "subgroup" ? full : bare, everyProduct(form)),
    ownActivations: form === "shared" ? ["sigmoid", "gelu"] : activations,
    kernels: `${form} kernels`,
  }));
}
