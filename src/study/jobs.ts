/** A study as jobs: pure functions of what is asked for. Each yields parts of its own, and needs those of the jobs before it. */
import type { AblationMode } from "../core/ablation.ts";
import type { ScopeText } from "../core/scope.ts";
import { isTrained, type RecordedConfig } from "../core/study.ts";

/** In the order in which a repeat goes through them. */
export const jobStages = ["train", "measure", "ablate"] as const;
export type JobStage = (typeof jobStages)[number];

/** A piece of a repeat's ablation that is wanted alone: the curves of a scope in one mode, or the removals of single neurons. */
export type Slice =
  | { readonly kind: "curves"; readonly scope: ScopeText; readonly mode: AblationMode }
  | { readonly kind: "singles" };

/** What is done whole or not at all: one stage of one network. */
export interface Job {
  readonly repeat: number;
  readonly stage: JobStage;
  /** Absent: all that the configuration asks for. */
  readonly slice?: Slice;
}

/** One of several processes that divide the repeats of a study among themselves. */
export interface Shard {
  /** From 1 to `of`. */
  readonly index: number;
  readonly of: number;
}

/** `3/8`, as `--shard` takes it. */
export const shardText = ({ index, of }: Shard): string => `${index}/${of}`;

/** The repeats of a shard, ascending: neighbours, and as many as of any other shard or one more. */
export function repeatsOf(repeats: number, { index, of }: Shard = { index: 1, of: 1 }): number[] {
  const first = Math.floor((repeats * (index - 1)) / of);
  const end = Math.floor((repeats * index) / of);
  return Array.from({ length: end - first }, (_, place) => first + place);
}

/** All jobs of a study or of its shard, stage after stage; where the networks came in files, none trains. */
export function jobsOf(config: RecordedConfig, shard?: Shard): Job[] {
  const repeats = repeatsOf(config.repeats, shard);
  const stages = jobStages.filter((stage) => stage !== "train" || isTrained(config));
  return stages.flatMap((stage) => repeats.map((repeat): Job => ({ repeat, stage })));
}
