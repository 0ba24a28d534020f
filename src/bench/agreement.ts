/** The check before the timing: what a device computed against the reference. A wrong kernel's speed means nothing. */
import { RunError } from "../core/errors.ts";
import type { GpuContext } from "../gpu/device/context.ts";

interface Checked {
  /** `<file>.<entry>`, or the names of those that work together. */
  readonly kernel: string;
  readonly got: ArrayLike<number>;
  readonly want: ArrayLike<number>;
  /** Largest allowed difference, of all values or of each. */
  readonly bound: number | ArrayLike<number>;
}

/** What a bench throws where the check fails. */
export function disagreement(gpu: GpuContext, kernel: string, expected: string, found: string): RunError {
  return new RunError({
    what: `${kernel} computes wrongly, so it is not timed`,
    where: gpu.facts.description,
    expected,
    found,
    fix: "another --adapter, or a newer driver (gpu-importance doctor tests the adapters)",
  });
}

/** @throws RunError that names the kernel, where a value differs by more than its bound, or either is no number. */
export function requireAgreement(gpu: GpuContext, { kernel, got, want, bound }: Checked): void {
  if (got.length !== want.length) {
    throw disagreement(gpu, kernel, `${want.length} values`, `${got.length}`);
  }
  for (let index = 0; index < want.length; index++) {
    const allowed = typeof bound === "number" ? bound : bound[index]!;
    if (Math.abs(got[index]! - want[index]!) <= allowed) continue; // false for NaN
    throw disagreement(gpu, kernel, `${want[index]} within ${allowed.toExponential(1)}`, `${got[index]} at ${index}`);
  }
}
