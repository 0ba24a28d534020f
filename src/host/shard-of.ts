/** Which shard of a study a process is, as it was told or as the scheduler that started it says. */
import { UsageError } from "../core/errors.ts";
import type { Shard } from "../study/jobs.ts";

/** What `--shard` and `--shards` say. */
export interface ShardChoice {
  readonly shard?: Shard | "auto";
  /** How many there are, where the scheduler does not say. */
  readonly shards?: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A shard, and the variables of the environment that it was read off. */
export interface FoundShard {
  readonly shard: Shard;
  readonly said?: string;
}

const numberIn = (environment: Environment, name: string): number | undefined => {
  const text = environment[name];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
};

/** @throws UsageError */
function refuse(what: string, expected: string, found: string, fix: string): never {
  throw new UsageError({ what, where: "--shard auto", expected, found, fix });
}

/** @param first the number that the first shard has @throws UsageError */
function numbered(name: string, value: number, first: number, shards: number | undefined): FoundShard {
  if (shards === undefined) {
    refuse("how many shards there are is not known", "--shards N", `${name} ${value} alone`, "add --shards N");
  }
  const [least, most] = [first, first + shards - 1];
  if (value < least || value > most) {
    const fix = `give the tasks the numbers ${least} to ${most}, or another --shards`;
    refuse(`the number of the task is none of ${shards} shards`, `${name} from ${least} to ${most}`, `${value}`, fix);
  }
  return { shard: { index: value - first + 1, of: shards }, said: `${name}=${value}, --shards ${shards}` };
}

/** The place of a task in a Slurm array whose numbers have equal distances. @throws UsageError */
function slurm(environment: Environment, shards: number | undefined): FoundShard | undefined {
  const task = numberIn(environment, "SLURM_ARRAY_TASK_ID");
  if (task === undefined) return undefined;
  // Where only some tasks are submitted again, the array is another one, but --shards is the same.
  if (shards !== undefined) return numbered("SLURM_ARRAY_TASK_ID", task, 1, shards);
  const [least, most, of] = ["MIN", "MAX", "COUNT"].map((end) => numberIn(environment, `SLURM_ARRAY_TASK_${end}`));
  if (least === undefined || most === undefined || of === undefined) {
    const expected = "SLURM_ARRAY_TASK_MIN, _MAX and _COUNT, as sbatch --array sets them";
    refuse("how many shards there are is not known", expected, `SLURM_ARRAY_TASK_ID ${task} alone`, "add --shards N");
  }
  const step = of === 1 ? 1 : (most - least) / (of - 1);
  const place = (task - least) / step;
  const said = `SLURM_ARRAY_TASK_ID=${task} of ${least} to ${most}, ${of} tasks`;
  if (!Number.isInteger(place) || place < 0 || place >= of) {
    const fix = "submit --array=1-N, and add --shards N where only some of the tasks are submitted again";
    refuse("the tasks of the array have no equal distances", "--array=1-N", said, fix);
  }
  return { shard: { index: place + 1, of }, said };
}

/** @throws UsageError where no scheduler says it, or what it says does not fit */
function automatic(environment: Environment, shards: number | undefined): FoundShard {
  const ofSlurm = slurm(environment, shards);
  if (ofSlurm !== undefined) return ofSlurm;
  const completion = numberIn(environment, "JOB_COMPLETION_INDEX");
  if (completion !== undefined) return numbered("JOB_COMPLETION_INDEX", completion, 0, shards);
  const task = numberIn(environment, "HQ_TASK_ID");
  if (task !== undefined) return numbered("HQ_TASK_ID", task, 1, shards);
  const expected = "SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX or HQ_TASK_ID in the environment, a whole number";
  return refuse("no scheduler says which shard this is", expected, "none of them", "give --shard i/n");
}

/**
 * Undefined where the study is not divided.
 * @throws UsageError
 */
export function shardOf({ shard, shards }: ShardChoice, environment: Environment): FoundShard | undefined {
  if (shard === "auto") return automatic(environment, shards);
  if (shards === undefined) return shard === undefined ? undefined : { shard };
  throw new UsageError({
    what: "--shards says how many shards --shard auto has",
    expected: "--shard auto beside it",
    found: shard === undefined ? "no --shard" : `--shard ${shard.index}/${shard.of}`,
    fix: "leave --shards out, or give --shard auto",
  });
}
