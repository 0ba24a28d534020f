import type { BoundKernel, Grid } from "../../src/gpu/device/kernel.ts";
import type { Cost } from "../../src/gpu/device/recorder.ts";

/** What a bound kernel hands to a recorder as its cost. */
export function costOf(kernel: BoundKernel, grid: Grid, step = 0): Cost | undefined {
  let cost: Cost | undefined;
  kernel.encode({ dispatch: (one) => (cost = one.cost) }, grid, step);
  return cost;
}
