/** Float64 twin of shaders/tally.wgsl; the number of correct predictions is exact. */
import { outputDelta } from "./backward.ts";

const BLOCK = 64;

interface Blocks {
  /** [blocks, 2]: a bit for each sample whose highest logit is its label's; ties go to the lowest class. */
  readonly right: Uint32Array;
  /** [blocks]: cross-entropy summed over the block, nats. */
  readonly losses: Float64Array;
}

/** @param logits [samples, classes] */
export function tallyBlocks(logits: ArrayLike<number>, labels: ArrayLike<number>, classes: number): Blocks {
  const blocks = Math.ceil(labels.length / BLOCK);
  const tally = { right: new Uint32Array(2 * blocks), losses: new Float64Array(blocks) };
  const { losses } = outputDelta(logits, labels, classes);
  for (let s = 0; s < labels.length; s++) {
    const block = Math.floor(s / BLOCK);
    tally.losses[block]! += losses[s]!;
    const word = Math.floor(s / 32);
    if (predictedClass(logits, s, classes) === labels[s])
      tally.right[word] = (tally.right[word]! | (1 << (s % 32))) >>> 0;
  }
  return tally;
}

/** The lowest class with the highest logit. */
export function predictedClass(logits: ArrayLike<number>, sample: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) {
    if (logits[sample * classes + c]! > logits[sample * classes + best]!) best = c;
  }
  return best;
}
