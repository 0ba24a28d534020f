/** `--shard` and `--shards`: a study that several processes divide among themselves. */
import { type Command, Option } from "commander";
import { UsageError } from "../../core/errors.ts";
import { wholeRanges } from "../../core/study-defaults.ts";
import { type FoundShard, type ShardChoice, shardOf } from "../../host/shard-of.ts";
import type { Shard } from "../../study/jobs.ts";
import { integer, refuse } from "./option-values.ts";

/** `3/8`, or `auto`. */
function shard(text: string): Shard | "auto" {
  if (text === "auto") return text;
  const [, index, of] = /^(\d{1,5})\/(\d{1,5})$/.exec(text)?.map(Number) ?? [];
  const isShard = index !== undefined && of !== undefined && index >= 1 && index <= of && of <= wholeRanges.shards.most;
  return isShard
    ? { index, of }
    : refuse(`i/n, the i-th of n shards, i from 1 to n and n up to ${wholeRanges.shards.most}; or auto`);
}

/** @param divided what shards divide @param shards what `--shards` says */
export function addShardOptions(
  command: Command,
  divided = "repeats",
  shards = "how many --shard auto has, where that is not said",
): Command {
  const { least, most } = wholeRanges.shards;
  return command
    .addOption(
      new Option("--shard <i/n>", `do the i-th of n parts of the ${divided}; auto: as Slurm and others say`).argParser(
        shard,
      ),
    )
    .addOption(new Option("--shards <n>", shards).argParser(integer(least, most)));
}

/** A shard, and the folder for its parts. */
export interface AskedShard extends FoundShard {
  readonly out: string;
}

/** Options of commands that divide work, as far as a shard cannot do what they ask for. */
interface WholeOptions extends ShardChoice {
  readonly out?: string;
  readonly force?: boolean;
  readonly fresh?: boolean;
  readonly open?: boolean;
  readonly profile?: boolean;
  readonly trace?: string;
  readonly minutes?: number;
}

/** Why an option is not for a shard. */
const unfit: Readonly<Partial<Record<keyof WholeOptions, string>>> = {
  force: "a shard leaves parts and replaces no results",
  fresh: "it would remove what other shards have left",
  open: "the report is made when the shards are merged",
  profile: "it is of whole studies",
  trace: "it is of whole studies",
  minutes: "each shard would find another fineness",
};

/**
 * The shard that a command is to do; undefined where it does all.
 * @throws UsageError where that is not known, or other options are at odds with it
 */
export function shardAsked(options: WholeOptions): AskedShard | undefined {
  const found = shardOf(options, process.env);
  if (found === undefined) return undefined;
  const odd = (Object.keys(unfit) as (keyof WholeOptions)[]).find(
    (name) => ![undefined, false].includes(options[name] as undefined),
  );
  if (odd !== undefined) {
    throw new UsageError({
      what: `--${odd} is not for a shard`,
      expected: `--shard without it: ${unfit[odd]}`,
      found: `--shard and --${odd}`,
      fix: `leave --${odd} out`,
    });
  }
  const { shard, said } = found;
  if (options.out !== undefined) return { shard, ...(said !== undefined && { said }), out: options.out };
  throw new UsageError({
    what: "a shard needs a folder that is known",
    expected: "--out <folder>, the same for all shards or one for each",
    found: "--shard without --out",
    fix: "add --out, and merge the folders when all shards are done",
  });
}
