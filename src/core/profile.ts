/**
 * Where the time of a run went: what `profile.json` holds, what the table and the trace are made from. Times are
 * milliseconds; GPU times are those of compute passes, so copies and waiting are in no kernel, but in a stage's gap.
 */
import type { AdapterFacts } from "./study.ts";

/** Changes only when a field changes its meaning; new fields may appear under the same name. */
export const PROFILE_SCHEMA = "gpu-importance/profile/1";

/** The best rates that the adapter reached in a product of matrices and in streaming memory. */
export interface Ceilings {
  readonly gflops: number;
  readonly gbps: number;
}

/** How GPU times were taken. */
export interface ProfileTiming {
  /** `wall-time`: the adapter has no timestamps, so a submit is timed on the host from its turn to its end. */
  readonly source: "timestamp-query" | "wall-time";
  /** Largest step that all timestamps are multiples of, in nanoseconds; null without timestamps. */
  readonly resolutionNs: number | null;
  /** Whether that step is so coarse (Dawn: 65,536 ns) that single passes are not told apart, only many on average. */
  readonly quantised: boolean;
  /** What timing one more pass costs, measured; null without timestamps. */
  readonly passCostMs: number | null;
  readonly submits: number;
  readonly passes: number;
  /** Passes whose timestamps were missing or ran backwards; they count as 0 ms. */
  readonly invalidPasses: number;
  /** Submits whose timestamps could not be read back, because the device went away. */
  readonly unreadSubmits: number;
}

/** One kernel in one stage. Its first dispatches, for which drivers may compile, are in `firstUse` and nowhere else. */
export interface KernelProfile {
  /** `<file>.<entry>`. */
  readonly label: string;
  readonly dispatches: number;
  /** Dispatches that had passes of their own; the time of the others is divided by the means of these. */
  readonly sampledDispatches: number;
  /** null where the adapter has no timestamps and submits hold several kernels. */
  readonly gpuMs: number | null;
  /** As `CostFacts` in src/gpu/device/kernel.ts defines them; 0 where the kernel does not say. */
  readonly operations: number;
  readonly bytes: number;
  readonly gflops: number | null;
  readonly gbps: number | null;
  /** GFLOP/s over min(peak GFLOP/s, operations / bytes * peak GB/s); null without ceilings. */
  readonly rooflineShare: number | null;
  readonly firstUse: { readonly dispatches: number; readonly gpuMs: number };
}

/** Submits of one label, for example `train epoch`. */
interface WorkProfile {
  readonly label: string;
  readonly submits: number;
  readonly gpuMs: number;
}

export interface StageProfile {
  /** A stage of the run; `other` for submits outside all stages, which have neither wall time nor gap. */
  readonly stage: string;
  readonly wallMs: number;
  /** Sum of all passes. */
  readonly gpuMs: number;
  /** wallMs - gpuMs: the host, copies, and waiting. */
  readonly gapMs: number;
  /** Part of gpuMs that is in no kernel's, because submits that hold several cannot be divided. */
  readonly undividedMs: number;
  readonly kernels: readonly KernelProfile[];
  readonly works: readonly WorkProfile[];
  /** Host work, much of it while the GPU computes. */
  readonly spans: readonly SpanProfile[];
}

/** Host work of one kind in one stage. */
export interface SpanProfile {
  readonly name: string;
  readonly count: number;
  readonly hostMs: number;
}

/** What profile.json holds. */
export interface Profile {
  readonly schema: typeof PROFILE_SCHEMA;
  /** What was profiled, in a line. */
  readonly subject: string;
  readonly adapter: AdapterFacts;
  readonly timing: ProfileTiming;
  readonly ceilings: Ceilings | null;
  /** Bytes of the buffers that were alive at the same time, at most. */
  readonly peakGpuBytes: number;
  readonly stages: readonly StageProfile[];
}

/** Something that took a while; milliseconds on the host's clock. */
export interface TraceEvent {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** One timed compute pass. */
export interface TracePass extends TraceEvent {
  /** Label of the submit, for example `train epoch`. */
  readonly work: string;
  readonly dispatches: number;
}

/** What a trace shows: the host's stages and the work within them, and the passes on the GPU. */
export interface Trace {
  readonly stages: readonly TraceEvent[];
  readonly work: readonly TraceEvent[];
  /** In order, without overlap. A pass that holds several kernels is named after all of them, joined by ` + `. */
  readonly passes: readonly TracePass[];
  /** Events that were not kept, because a trace has an end. */
  readonly leftOut: number;
}

/** Rates of a kernel, and how near they come to what its intensity allows. */
export function rates(
  { operations, bytes, gpuMs }: Pick<KernelProfile, "operations" | "bytes" | "gpuMs">,
  ceilings: Ceilings | null,
): Pick<KernelProfile, "gflops" | "gbps" | "rooflineShare"> {
  if (gpuMs === null || gpuMs <= 0) return { gflops: null, gbps: null, rooflineShare: null };
  const perGiga = 1e6 * gpuMs; // per millisecond to 1e9 per second
  const gflops = operations / perGiga;
  const gbps = bytes / perGiga;
  if (ceilings === null || bytes === 0) return { gflops, gbps, rooflineShare: null };
  const roof = Math.min(ceilings.gflops, (operations / bytes) * ceilings.gbps);
  // Without operations the roof is 0, and the bandwidth alone says how near the kernel comes.
  return { gflops, gbps, rooflineShare: roof > 0 ? gflops / roof : gbps / ceilings.gbps };
}
