/** Which shard a process is, as schedulers say it. */
import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/core/errors.ts";
import { type ShardChoice, shardOf } from "../../src/host/shard-of.ts";

const slurm = (id: number, min: number, max: number, count: number) => ({
  SLURM_ARRAY_TASK_ID: `${id}`,
  SLURM_ARRAY_TASK_MIN: `${min}`,
  SLURM_ARRAY_TASK_MAX: `${max}`,
  SLURM_ARRAY_TASK_COUNT: `${count}`,
});
type Environment = Readonly<Record<string, string>>;

describe("the shard", () => {
  const found: readonly (readonly [string, ShardChoice, Environment, string | undefined])[] = [
    ["that is named", { shard: { index: 2, of: 3 } }, slurm(9, 0, 9, 10), "2/3"],
    ["of nobody", {}, slurm(9, 0, 9, 10), undefined],
    ["of a Slurm array from 0", { shard: "auto" }, slurm(0, 0, 9, 10), "1/10"],
    ["of a Slurm array in steps", { shard: "auto" }, slurm(14, 10, 16, 4), "3/4"],
    ["of a Slurm array of one task", { shard: "auto" }, slurm(7, 7, 7, 1), "1/1"],
    ["of some Slurm tasks that are submitted again", { shard: "auto", shards: 8 }, slurm(5, 3, 5, 2), "5/8"],
    ["of a Kubernetes index", { shard: "auto", shards: 4 }, { JOB_COMPLETION_INDEX: "0" }, "1/4"],
    ["of a HyperQueue task", { shard: "auto", shards: 4 }, { HQ_TASK_ID: "4" }, "4/4"],
    [
      "of Slurm before that of others",
      { shard: "auto", shards: 4 },
      { HQ_TASK_ID: "4", JOB_COMPLETION_INDEX: "2", SLURM_ARRAY_TASK_ID: "1" },
      "1/4",
    ],
  ];
  test.each(found)("%s", (_, choice, environment, expected) => {
    const shard = shardOf(choice, environment)?.shard;
    expect(shard && `${shard.index}/${shard.of}`).toBe(expected);
  });

  const refused: readonly (readonly [string, ShardChoice, Environment, RegExp])[] = [
    ["without a scheduler", { shard: "auto" }, {}, /no scheduler says/],
    ["with a number that is none", { shard: "auto" }, { SLURM_ARRAY_TASK_ID: "x" }, /no scheduler says/],
    ["with half of Slurm's variables", { shard: "auto" }, { SLURM_ARRAY_TASK_ID: "1" }, /how many shards/],
    [
      "of a Slurm list with gaps",
      { shard: "auto" },
      slurm(2, 1, 9, 3),
      /no equal distances[\s\S]*2 of 1 to 9, 3 tasks/,
    ],
    [
      "of a Kubernetes index alone",
      { shard: "auto" },
      { JOB_COMPLETION_INDEX: "1" },
      /how many shards[\s\S]*--shards N/,
    ],
    ["of a Kubernetes index beyond", { shard: "auto", shards: 4 }, { JOB_COMPLETION_INDEX: "4" }, /from 0 to 3\n/],
    ["of a HyperQueue task from 0", { shard: "auto", shards: 4 }, { HQ_TASK_ID: "0" }, /from 1 to 4\n/],
    ["named, beside --shards", { shard: { index: 1, of: 2 }, shards: 2 }, {}, /--shards says how many/],
    ["of --shards alone", { shards: 2 }, {}, /no --shard\n/],
  ];
  test.each(refused)("%s is refused", (_, choice, environment, message) => {
    expect(() => shardOf(choice, environment)).toThrow(UsageError);
    expect(() => shardOf(choice, environment)).toThrow(message);
  });
});
