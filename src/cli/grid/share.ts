/** How shards divide a grid: whole cells where there are enough of them, else the repeats of each. */
import { type Shard, shardText } from "../../study/jobs.ts";

interface Share<C> {
  readonly cells: readonly C[];
  /** Of the repeats of its one cell; absent where cells are done whole. */
  readonly within?: Shard;
}

/**
 * Every n-th cell, since neighbours take alike long; where there are fewer cells than shards, each cell has neighbouring shards to
 * itself.
 */
export function shareOf<C>(cells: readonly C[], { index, of }: Shard): Share<C> {
  if (cells.length >= of) return { cells: cells.filter((_, place) => place % of === index - 1) };
  const cellOf = (shard: number) => Math.floor(((shard - 1) * cells.length) / of);
  const own = cellOf(index);
  const first = Math.ceil((own * of) / cells.length) + 1;
  const next = Math.ceil(((own + 1) * of) / cells.length) + 1;
  const within = { index: index - first + 1, of: next - first };
  return { cells: [cells[own]!], ...(within.of > 1 && { within }) };
}

/** Which cells a shard does, and why so. @param all of the grid */
export function shareText(all: number, shard: Shard, { cells, within }: Share<unknown>): string {
  if (all >= shard.of) {
    return `shard ${shardText(shard)}: ${cells.length} of ${all} cells, the one at place ${shard.index} of every ${shard.of}`;
  }
  const fewer = `shard ${shardText(shard)}: there are fewer cells (${all}) than shards`;
  return within === undefined
    ? `${fewer}: this one does a cell alone`
    : `${fewer}, so several share a cell's repeats: this one does part ${shardText(within)} of one cell`;
}
