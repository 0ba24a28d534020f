/** Exact twin of shaders/shuffle.wgsl: the order of the samples for one network and epoch. */

/** A permutation of 0..samples-1, from one network's round keys. */
export function shuffleSamples(round_keys: ArrayLike<number>, samples: number): Uint32Array {
  const halfBits = halfBitsOf(samples);
  return Uint32Array.from({ length: samples }, (_, position) => {
    let place = encipher(position, round_keys, halfBits);
    while (place >= samples) place = encipher(place, round_keys, halfBits);
    return place;
  });
}

/** Half the bits of the smallest domain 4^h that holds all samples. */
function halfBitsOf(samples: number): number {
  let halfBits = 1;
  while (4 ** halfBits < samples) halfBits++;
  return halfBits;
}

function encipher(value: number, round_keys: ArrayLike<number>, halfBits: number): number {
  const side = 2 ** halfBits;
  let left = Math.floor(value / side);
  let right = value % side;
  for (let round = 0; round < round_keys.length; round++) {
    const next = (left ^ (mix(right ^ round_keys[round]!) % side)) >>> 0;
    left = right;
    right = next;
  }
  return left * side + right;
}

function mix(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
