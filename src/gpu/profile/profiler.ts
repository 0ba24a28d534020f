/**
 * Tells where the time of a device and of the host goes, at little cost. Every submit is timed as a whole, by a pair of
 * timestamps; that is exact where it holds one kernel. Of submits with several, a stretch is cut into a pass for each
 * kernel, as long as what passes cost (measured at the start, and from the gaps between them) stays within SHARE of the
 * time of the device; the rest is divided by the means that this yields. Without timestamps, submits are timed on the
 * host. It hangs on a context (`createContext`), and all submits of src/gpu/device/recorder.ts go through it.
 */
import { type Ceilings, PROFILE_SCHEMA, type Profile, type ProfileTiming, type Trace } from "../../core/profile.ts";
import type { AdapterFacts } from "../../core/study.ts";
import type { GpuContext } from "../device/context.ts";
import { type Dispatch, passRecorder, type Recorder, type SubmitListener } from "../device/recorder.ts";
import { DeviceClock } from "./device-clock.ts";
import { HostSpans, MOST_EVENTS } from "./host-spans.ts";
import { measurePassCost } from "./pass-cost.ts";
import { MOST_PASSES, type PlannedPass, planPasses, type Run } from "./pass-plan.ts";
import { type PassContent, type PassRecord, PassTimes } from "./pass-times.ts";
import { TimestampSlots } from "./timestamp-slots.ts";

/** Part of the time of the device that additional passes may cost. */
const SHARE = 0.02;
/** Between two windows of sampled passes: any number that shares no factor with usual numbers of kernels in a step. */
const ROTATION = 7919;

/** A submit whose times are not known yet. */
interface Submitted {
  readonly stage: string;
  readonly label: string;
  readonly submittedMs: number;
  readonly passes: readonly PassRecord[];
}

interface KeptPass {
  readonly name: string;
  readonly work: string;
  readonly dispatches: number;
  readonly beginNs: number;
  readonly endNs: number;
}

interface ProfilerOptions {
  /** Keep single events for a trace, not their totals alone. */
  readonly trace?: boolean;
}

export class Profiler implements SubmitListener {
  readonly spans: HostSpans;
  readonly #trace: boolean;
  readonly #times = new PassTimes();
  readonly #clock = new DeviceClock();
  readonly #seen = new WeakSet<GPUComputePipeline>();
  readonly #kept: KeptPass[] = [];
  #device: GPUDevice | undefined;
  #slots: TimestampSlots | undefined;
  #tail: Promise<void> = Promise.resolve();
  #doneMs = 0;
  #emptyPassMs = 0;
  /** Between passes of the same submit, over all submits. */
  #gapsMs = 0;
  #gaps = 0;
  #passCostMs = 0;
  /** What further passes may cost. */
  #budgetMs = 0;
  #submits = 0;
  #passes = 0;
  #unread = 0;
  #leftOut = 0;
  #liveBytes = 0;
  #peakBytes = 0;

  constructor({ trace = false }: ProfilerOptions = {}) {
    this.#trace = trace;
    this.spans = new HostSpans(trace);
  }

  /** Begins to listen to a device, and measures there what a pass costs. */
  async attach(device: GPUDevice): Promise<void> {
    this.#device = device;
    if (!device.features.has("timestamp-query")) return;
    this.#slots = new TimestampSlots(device);
    this.#emptyPassMs = await measurePassCost(device, this.#slots);
    this.#passCostMs = this.#emptyPassMs;
  }

  /** Counts a buffer. @returns what is to be called when it is destroyed */
  allocated(bytes: number): () => void {
    this.#liveBytes += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
    let alive = true;
    return () => {
      if (alive) this.#liveBytes -= bytes;
      alive = false;
    };
  }

  /** Submits what `record` records, behind what `encoder` holds already. */
  submit(encoder: GPUCommandEncoder, label: string, record: (to: Recorder) => void): void {
    const startMs = performance.now();
    const dispatches: Dispatch[] = [];
    record({ dispatch: (one) => dispatches.push(one) });
    if (dispatches.length === 0) this.#finish(encoder);
    else if (this.#slots === undefined) this.#submitWhole(encoder, label, dispatches);
    else this.#submitTimed(encoder, label, dispatches, this.#slots);
    this.spans.add("encode and submit", startMs);
  }

  #finish(encoder: GPUCommandEncoder): void {
    this.#device!.queue.submit([encoder.finish()]);
  }

  #submitTimed(encoder: GPUCommandEncoder, label: string, dispatches: Dispatch[], slots: TimestampSlots): void {
    const { stage } = this.spans;
    const plan = this.#plan(stage, label, dispatches);
    const slot = slots.take();
    const passes = plan.map(({ first, end, firstUse }, index): PassRecord => {
      const own = dispatches.slice(first, end);
      encodePass(encoder, label, own, slot.writes(index));
      return { firstUse, contents: contentsOf(own) };
    });
    slot.resolve(encoder, passes.length);
    const submittedMs = performance.now();
    this.#finish(encoder);
    const submitted = { stage, label, submittedMs, passes };
    this.#whenDone(slot.read(passes.length), (pairs) => this.#record(submitted, pairs));
  }

  #submitWhole(encoder: GPUCommandEncoder, label: string, dispatches: readonly Dispatch[]): void {
    const { stage } = this.spans;
    encodePass(encoder, label, dispatches);
    const submittedMs = performance.now();
    this.#finish(encoder);
    const passes: PassRecord[] = [{ firstUse: false, contents: contentsOf(dispatches) }];
    this.#whenDone(this.#device!.queue.onSubmittedWorkDone(), () => {
      const doneMs = performance.now();
      // It did not begin before the one ahead of it had ended.
      const beginMs = Math.max(submittedMs, this.#doneMs);
      this.#doneMs = doneMs;
      this.#take({ stage, label, submittedMs, passes }, [doneMs - beginMs]);
      this.#keep({ stage, label, submittedMs, passes }, [{ beginNs: beginMs * 1e6, endNs: doneMs * 1e6 }]);
    });
  }

  /** Cuts a submit into passes and pays for them. */
  #plan(stage: string, label: string, dispatches: readonly Dispatch[]): (PlannedPass & { firstUse: boolean })[] {
    const runs = this.#runs(stage, label, dispatches);
    const allowance = Math.min(MOST_PASSES, Math.max(0, Math.floor(this.#budgetMs / this.#passCostMs)));
    const plan = planPasses(runs, allowance, this.#submits * ROTATION);
    this.#budgetMs -= (plan.length - 1) * this.#passCostMs;
    return plan.map(({ first, end }) => ({
      first: runs[first]!.begin,
      end: runs[end]?.begin ?? dispatches.length,
      firstUse: end === first + 1 && runs[first]!.firstUse,
    }));
  }

  #runs(stage: string, work: string, dispatches: readonly Dispatch[]): (Run & { readonly begin: number })[] {
    const runs: (Run & { readonly begin: number })[] = [];
    const isKnown = this.#times.knownIn(stage, work);
    let last: Run | undefined;
    dispatches.forEach(({ label, pipeline }, begin) => {
      const firstUse = !this.#seen.has(pipeline);
      if (firstUse) this.#seen.add(pipeline);
      if (last?.label === label && last.firstUse === firstUse) return;
      const run = { label, firstUse, begin, known: isKnown(label) };
      runs.push(run);
      last = run;
    });
    return runs;
  }

  /** Submits are recorded in their order. A device that went away is reported by its context, and counted here. */
  #whenDone<T>(done: Promise<T>, record: (value: T) => void): void {
    const before = this.#tail;
    this.#tail = done.then(
      async (value) => {
        await before;
        record(value);
      },
      async () => {
        await before;
        this.#unread++;
      },
    );
  }

  #record(submitted: Submitted, pairs: BigUint64Array): void {
    const intervals = this.#clock.add(pairs, submitted.submittedMs, performance.now());
    const elapsedMs = intervals.map(({ beginNs, endNs }) => (endNs - beginNs) / 1e6);
    this.#learnCost(intervals);
    const earned = this.#budgetMs + SHARE * elapsedMs.reduce((sum, ms) => sum + ms, 0);
    this.#budgetMs = Math.min(earned, MOST_PASSES * this.#passCostMs);
    this.#take(submitted, elapsedMs);
    this.#keep(submitted, intervals);
  }

  /** The gap between two passes of a submit is what the device pays for a pass: do not assume less. */
  #learnCost(intervals: readonly { readonly beginNs: number; readonly endNs: number }[]): void {
    if (intervals.length < 2 || this.#clock.quantised) return;
    const gaps = intervals.slice(1).reduce((sum, { beginNs }, index) => sum + beginNs - intervals[index]!.endNs, 0);
    this.#gapsMs += gaps / 1e6;
    this.#gaps += intervals.length - 1;
    this.#passCostMs = Math.max(this.#emptyPassMs, this.#gapsMs / this.#gaps);
  }

  #take({ stage, label, passes }: Submitted, elapsedMs: readonly number[]): void {
    this.#submits++;
    this.#passes += passes.length;
    this.#times.add(stage, label, passes, elapsedMs);
  }

  #keep(
    { label, passes }: Submitted,
    intervals: readonly { readonly beginNs: number; readonly endNs: number }[],
  ): void {
    if (!this.#trace) return;
    passes.forEach(({ contents }, index) => {
      if (this.#kept.length === MOST_EVENTS) {
        this.#leftOut++;
        return;
      }
      const dispatches = [...contents.values()].reduce((sum, one) => sum + one.dispatches, 0);
      this.#kept.push({ name: [...contents.keys()].join(" + "), work: label, dispatches, ...intervals[index]! });
    });
  }

  /** Waits for what is in flight; then all that is known so far. */
  async profile(subject: string, adapter: AdapterFacts, ceilings: Ceilings | null): Promise<Profile> {
    await this.#tail;
    const stages = this.#times.stages(this.spans, ceilings);
    const peakGpuBytes = this.#peakBytes;
    return { schema: PROFILE_SCHEMA, subject, adapter, timing: this.#timing(), ceilings, peakGpuBytes, stages };
  }

  #timing(): ProfileTiming {
    const timed = this.#slots !== undefined;
    return {
      source: timed ? "timestamp-query" : "wall-time",
      resolutionNs: timed ? this.#clock.resolutionNs : null,
      quantised: this.#clock.quantised,
      passCostMs: timed ? this.#passCostMs : null,
      submits: this.#submits,
      passes: this.#passes,
      invalidPasses: this.#clock.invalid,
      unreadSubmits: this.#unread,
    };
  }

  /** Waits for what is in flight; then the events that were kept. */
  async trace(): Promise<Trace> {
    await this.#tail;
    // Without timestamps, intervals are on the host's clock already.
    const hostMs = (ns: number) => (this.#slots === undefined ? ns / 1e6 : this.#clock.hostMs(ns));
    const passes = this.#kept.map(({ name, work, dispatches, beginNs, endNs }) => {
      return { name, work, dispatches, startMs: hostMs(beginNs), endMs: hostMs(endNs) };
    });
    const { stages, work, leftOut } = this.spans;
    return { stages, work, passes, leftOut: leftOut + this.#leftOut };
  }
}

function encodePass(
  encoder: GPUCommandEncoder,
  label: string,
  dispatches: readonly Dispatch[],
  timestampWrites?: GPUComputePassTimestampWrites,
): void {
  const pass = encoder.beginComputePass({ label, ...(timestampWrites && { timestampWrites }) });
  const recorder = passRecorder(pass);
  for (const one of dispatches) recorder.dispatch(one);
  pass.end();
}

function contentsOf(dispatches: readonly Dispatch[]): Map<string, PassContent> {
  const contents = new Map<string, { dispatches: number; operations: number; bytes: number }>();
  let sum = { dispatches: 0, operations: 0, bytes: 0 };
  let last: string | undefined;
  for (const { label, cost } of dispatches) {
    if (label !== last) {
      sum = contents.get(label) ?? { dispatches: 0, operations: 0, bytes: 0 };
      contents.set(label, sum);
      last = label;
    }
    sum.dispatches++;
    sum.operations += cost?.operations ?? 0;
    sum.bytes += cost?.bytes ?? 0;
  }
  return contents;
}

/** Does host work as a span of the profile, where there is one; a promise counts until it settles. */
export function inSpan<T>({ profiler }: Pick<GpuContext, "profiler">, name: string, work: () => T): T {
  if (profiler === undefined) return work();
  const startMs = performance.now();
  const end = () => profiler.spans.add(name, startMs);
  let result: T | undefined;
  try {
    result = work();
  } finally {
    if (!(result instanceof Promise)) end();
  }
  return result instanceof Promise ? (result.finally(end) as T) : result;
}

/** Does work as a stage of the profile, where there is one. */
export function inStage<T>(
  { profiler }: Pick<GpuContext, "profiler">,
  stage: string,
  work: () => Promise<T>,
): Promise<T> {
  return profiler === undefined ? work() : profiler.spans.inStage(stage, work);
}
