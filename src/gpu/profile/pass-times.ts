/** Times of passes, added up per stage and kernel. A pass of several kernels is divided by the means of passes of one. */
import { type Ceilings, type KernelProfile, rates, type StageProfile } from "../../core/profile.ts";
import type { Cost } from "../device/recorder.ts";
import type { HostSpans } from "./host-spans.ts";

/** What one pass held of one kernel. */
export interface PassContent extends Cost {
  readonly dispatches: number;
}

/** One pass: what it held, by label. */
export interface PassRecord {
  readonly firstUse: boolean;
  readonly contents: ReadonlyMap<string, PassContent>;
}

interface KernelTotals {
  dispatches: number;
  operations: number;
  bytes: number;
  sampledDispatches: number;
  sampledMs: number;
  /** Dispatches in passes shared with other kernels. */
  sharedDispatches: number;
  firstUses: number;
  firstUseMs: number;
}

/** All submits of one label in one stage. */
interface Work {
  readonly stage: string;
  readonly label: string;
  readonly kernels: Map<string, KernelTotals>;
  submits: number;
  gpuMs: number;
  /** Time of passes that several kernels share. */
  sharedMs: number;
}

function noTotals(): KernelTotals {
  const sampled = { sampledDispatches: 0, sampledMs: 0, sharedDispatches: 0 };
  return { dispatches: 0, operations: 0, bytes: 0, ...sampled, firstUses: 0, firstUseMs: 0 };
}

export class PassTimes {
  readonly #works = new Map<string, Work>();

  #work(stage: string, label: string): Work {
    const key = JSON.stringify([stage, label]);
    const work = this.#works.get(key) ?? { stage, label, kernels: new Map(), submits: 0, gpuMs: 0, sharedMs: 0 };
    this.#works.set(key, work);
    return work;
  }

  /** Tells whether a kernel has been timed alone in this kind of submit. */
  knownIn(stage: string, work: string): (kernel: string) => boolean {
    const { kernels } = this.#work(stage, work);
    return (kernel) => (kernels.get(kernel)?.sampledDispatches ?? 0) > 0;
  }

  /** Adds a submit. @param elapsedMs of each pass */
  add(stage: string, label: string, passes: readonly PassRecord[], elapsedMs: readonly number[]): void {
    const work = this.#work(stage, label);
    work.submits++;
    passes.forEach((pass, index) => {
      addPass(work, pass, elapsedMs[index]!);
    });
  }

  /** All stages, with what the host did in them. */
  stages(spans: HostSpans, ceilings: Ceilings | null): StageProfile[] {
    const names = new Set([...spans.stageNames, ...[...this.#works.values()].map(({ stage }) => stage)]);
    return [...names].map((stage) => {
      const works = [...this.#works.values()].filter((work) => work.stage === stage && work.submits > 0);
      const wallMs = spans.wallMs(stage);
      const gpuMs = works.reduce((sum, work) => sum + work.gpuMs, 0);
      const { kernels, inKernels } = divided(works, ceilings);
      // Every pass is in a kernel's time unless it could not be divided; else only rounding is left.
      const undividedMs = kernels.some(({ gpuMs: own }) => own === null) ? gpuMs - inKernels : 0;
      const rows = works.map(({ label, submits, gpuMs: ms }) => ({ label, submits, gpuMs: ms }));
      return {
        stage,
        wallMs,
        gpuMs,
        gapMs: wallMs > 0 ? wallMs - gpuMs : 0,
        undividedMs,
        kernels,
        works: rows,
        spans: spans.totals(stage),
      };
    });
  }
}

function addPass(work: Work, { firstUse, contents }: PassRecord, elapsedMs: number): void {
  work.gpuMs += elapsedMs;
  const alone = contents.size === 1;
  if (!alone) work.sharedMs += elapsedMs;
  for (const [label, { dispatches, operations, bytes }] of contents) {
    const totals = work.kernels.get(label) ?? noTotals();
    work.kernels.set(label, totals);
    if (firstUse && alone) {
      totals.firstUses += dispatches;
      totals.firstUseMs += elapsedMs;
      continue;
    }
    totals.dispatches += dispatches;
    totals.operations += operations;
    totals.bytes += bytes;
    if (!alone) totals.sharedDispatches += dispatches;
    else {
      totals.sampledDispatches += dispatches;
      totals.sampledMs += elapsedMs;
    }
  }
}

/** Milliseconds of each kernel in one work; undefined where shared passes hold a kernel that was never timed alone. */
function shareOut({ kernels, sharedMs }: Work): Map<string, number> | undefined {
  const shared = [...kernels.values()].filter(({ sharedDispatches }) => sharedDispatches > 0);
  if (shared.some(({ sampledDispatches }) => sampledDispatches === 0)) return undefined;
  const weight = ({ sharedDispatches, sampledMs, sampledDispatches }: KernelTotals) =>
    sharedDispatches === 0 ? 0 : (sharedDispatches * sampledMs) / sampledDispatches;
  const total = shared.reduce((sum, one) => sum + weight(one), 0);
  if (shared.length > 0 && total === 0) return undefined;
  const part = (one: KernelTotals) => (total === 0 ? 0 : (sharedMs * weight(one)) / total);
  return new Map([...kernels].map(([label, one]) => [label, one.sampledMs + part(one)]));
}

function divided(works: readonly Work[], ceilings: Ceilings | null) {
  const found = new Map<string, KernelTotals & { gpuMs: number | null }>();
  for (const work of works) {
    const shares = shareOut(work);
    for (const [label, totals] of work.kernels) {
      const sum = found.get(label) ?? { ...noTotals(), gpuMs: 0 };
      for (const key of Object.keys(totals) as (keyof KernelTotals)[]) sum[key] += totals[key];
      const own = shares?.get(label) ?? (totals.sharedDispatches > 0 ? null : totals.sampledMs);
      sum.gpuMs = sum.gpuMs === null || own === null ? null : sum.gpuMs + own;
      found.set(label, sum);
    }
  }
  const kernels = [...found].map(([label, totals]): KernelProfile => {
    const { dispatches, sampledDispatches, operations, bytes, gpuMs, firstUses, firstUseMs } = totals;
    const known = { label, dispatches, sampledDispatches, gpuMs, operations, bytes };
    return { ...known, ...rates(known, ceilings), firstUse: { dispatches: firstUses, gpuMs: firstUseMs } };
  });
  const inKernels = kernels.reduce((sum, { gpuMs, firstUse }) => sum + (gpuMs ?? 0) + firstUse.gpuMs, 0);
  return { kernels: kernels.sort((a, b) => (b.gpuMs ?? 0) - (a.gpuMs ?? 0)), inKernels };
}
