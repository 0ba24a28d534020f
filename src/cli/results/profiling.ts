/** What `run --profile` and `profile` share: a profiler, the adapter's ceilings, and where a trace goes. */
import { type Command, Option } from "commander";
import { measureCeilings } from "../../bench/ceilings.ts";
import { describeAdapter } from "../../core/adapter-text.ts";
import type { Dataset } from "../../core/dataset.ts";
import type { ResultSink } from "../../core/platform.ts";
import type { Profile } from "../../core/profile.ts";
import type { StudyConfig } from "../../core/study.ts";
import { wrapped } from "../../core/wrapped-text.ts";
import type { GpuContext } from "../../gpu/device/context.ts";
import { inStage, Profiler } from "../../gpu/profile/profiler.ts";
import { openNamedFile } from "../../platform/node/named-file.ts";
import { traceJson } from "../../report/files/trace-file.ts";
import { profileTable } from "../../report/tables/profile-table.ts";
import { text } from "../options/option-values.ts";

interface ProfilingOptions {
  readonly profile?: boolean;
  /** Path of a trace; implies a profile. */
  readonly trace?: string;
}

/** A profiler at work. */
export interface Profiling {
  readonly profiler: Profiler;
  /** Measures the ceilings, which are in no stage; writes the trace, where one is wanted. */
  end(gpu: GpuContext, subject: string): Promise<Profile>;
}

export function addTraceOption(command: Command): Command {
  const help = "write a trace that Perfetto opens; profiles as well";
  return command.addOption(new Option("--trace <file>", help).argParser(text("a path")));
}

/** The ceilings of the device that `gpu` is on, measured without a profiler. */
function ceilingsOf({ profiler: _, ...plain }: GpuContext) {
  return measureCeilings(plain, () => performance.now());
}

/**
 * Nothing where no profile is wanted.
 * @throws RunError where the trace could not be written later.
 */
export async function beginProfiling({ profile, trace }: ProfilingOptions): Promise<Profiling | undefined> {
  if (profile !== true && trace === undefined) return undefined;
  const file = trace === undefined ? undefined : await openNamedFile(trace, "--trace");
  const profiler = new Profiler({ trace: file !== undefined });
  return {
    profiler,
    async end(gpu, subject) {
      const measured = await profiler.profile(subject, gpu.facts, await ceilingsOf(gpu));
      await file?.write(traceJson(await profiler.trace()));
      return measured;
    },
  };
}

/** The same sink, its writing timed. */
export function profiledSink(sink: ResultSink, profiling: Profiling | undefined): ResultSink {
  const { label, written } = sink;
  const write: ResultSink["write"] = (file) => inStage({ ...profiling }, "write", () => sink.write(file));
  return { label, written, write, lost: () => sink.lost() };
}

/** A profile for people. */
export function profileText(profile: Profile): string {
  const head = [...wrapped("adapter: ", describeAdapter(profile.adapter)), ...wrapped("profile: ", profile.subject)];
  return `${head.join("\n")}\n${profileTable(profile)}`;
}

/** What a study computes, in a line. */
export function studySubject({ features, classes, test }: Dataset, config: StudyConfig): string {
  const { hidden, activation, repeats, epochs } = config;
  const network = `${[features, ...hidden, classes].join("-")} ${activation}`;
  return `${network}, ${repeats} networks, ${epochs} epochs, ${test.count} test samples`;
}
