/** How far a study has come, as a table for people. */
import { repeatsText } from "../../core/repeats-text.ts";
import type { RecordedConfig } from "../../core/study.ts";
import type { Census, ShardCensus, StageCensus } from "../../study/census.ts";
import { shardText } from "../../study/jobs.ts";
import { duration } from "./progress-text.ts";

export interface Status extends Census {
  readonly config: RecordedConfig;
  /** Milliseconds since something was written last. */
  readonly silentMs: number;
}

const BYTES_PER_MB = 1e6;
const stageTexts = { train: "trained", measure: "measured", ablate: "ablated" } as const;

function stageLine({ stage, done, of, missing }: StageCensus): string {
  const text = `${stageTexts[stage].padEnd(9)}${done} of ${of}`;
  return missing.length === 0 ? text : `${text.padEnd(22)}  missing: ${repeatsText(missing)}`;
}

function shardLine({ shard, started, stages }: ShardCensus): string {
  const done = stages.map(({ stage, done: own, of }) => `${stageTexts[stage]} ${own} of ${of}`).join(", ");
  return `${`shard ${shardText(shard)}`.padEnd(14)}${done}${started === undefined ? "; not begun here" : ""}`;
}

/** Shards that have something left to do. */
const unfinished = (shards: readonly ShardCensus[]) =>
  shards.filter(({ stages }) => stages.some(({ missing }) => missing.length > 0)).length;

function restText({ restMs, shards }: Pick<Status, "restMs" | "shards">): string {
  if (restMs === undefined) return "not known yet";
  const left = unfinished(shards);
  const text = `about ${duration(restMs)} of computing`;
  return left > 1 ? `${text}, ${duration(restMs / left)} where ${left} shards do it at once` : text;
}

export function statusLines(status: Status): string[] {
  const { config, stages, shards, bytes, silentMs } = status;
  const isDone = stages.every(({ missing }) => missing.length === 0);
  return [
    `${config.data}, ${config.repeats} networks of ${config.hidden.join(",")} ${config.activation}`,
    ...stages.map(stageLine),
    ...shards.map(shardLine),
    `parts    ${(bytes / BYTES_PER_MB).toFixed(1)} MB, the last written ${duration(silentMs)} ago`,
    `left     ${isDone ? `nothing: ${shards.length > 0 ? "merge" : "the same command"} makes the results` : restText(status)}`,
  ];
}
