/** What every bench reports: a timing with what it means in operations and bytes, and how near that is to the ceilings. */
import { greatest } from "../core/long-arrays.ts";
import type { Ceilings } from "../core/profile.ts";
import { rate, type Timing } from "./timing.ts";

export interface BenchRow extends Timing {
  /** The bench, or the kernel as `<file>.<entry>`. */
  readonly label: string;
  /** What was worked on, for people. */
  readonly size: string;
  /** 10^9 operations a second, at the median; null where the work has no floating-point operations to speak of. */
  readonly gflops: number | null;
  /** 10^9 bytes a second, at the median, each value counted once as if caches were perfect; null where not counted. */
  readonly gbps: number | null;
  /**
   * Share of what the ceilings allow (the roofline): the larger of gflops and gbps over theirs, 1 for all of it. More
   * than 1 is possible where arrays stay in a cache, which streaming does not.
   */
  readonly shareOfCeiling: number | null;
}

/** Work of one timed part. */
export interface Cost {
  /** Floating-point operations: 2 a multiply-add. */
  readonly operations?: number;
  /** Bytes read and written, each value once. */
  readonly bytes?: number;
}

export function benchRow(label: string, size: string, timing: Timing, cost: Cost, ceilings: Ceilings): BenchRow {
  const gflops = cost.operations === undefined ? null : rate(cost.operations, timing.medianMs);
  const gbps = cost.bytes === undefined ? null : rate(cost.bytes, timing.medianMs);
  const shares = [
    ...(gflops === null ? [] : [gflops / ceilings.gflops]),
    ...(gbps === null ? [] : [gbps / ceilings.gbps]),
  ];
  return { label, size, ...timing, gflops, gbps, shareOfCeiling: shares.length === 0 ? null : greatest(shares) };
}
