/** Round keys of the shuffle of one epoch (shaders/shuffle.wgsl), keyed by (seed, repeat, epoch). */
import { RandomSequence, streams } from "../core/random.ts";
import { ROUNDS } from "../gpu/kernels/shuffle.ts";

/** @returns [repeats, ROUNDS]. */
export function shuffleKeys(seed: number, repeats: readonly number[], epoch: number): Uint32Array {
  const keys = new Uint32Array(repeats.length * ROUNDS);
  repeats.forEach((repeat, row) => {
    const random = new RandomSequence(seed, repeat, streams.shuffle, epoch);
    for (let round = 0; round < ROUNDS; round++) keys[row * ROUNDS + round] = random.nextUint32();
  });
  return keys;
}
