/** Exact twin of shaders/popcount.wgsl. */

const LANES = 16;
const MIX = 2_654_435_769;

function popcount(word: number): number {
  let [count, left] = [0, word];
  for (; left !== 0; left &= left - 1) count++;
  return count;
}

/** counts[i] = sum over l < 16 and rounds r of popcount( (words[i] rotated left by l) & mix(r) ). */
export function countBits(words: ArrayLike<number>, rounds: number): Uint32Array {
  return Uint32Array.from(words, (word) => {
    let count = 0;
    for (let lane = 0; lane < LANES; lane++) {
      const rotated = (word << lane) | (lane === 0 ? 0 : word >>> (32 - lane));
      for (let round = 0; round < rounds; round++) count += popcount(rotated & Math.imul(round, MIX));
    }
    return count;
  });
}
