// The order in which each network sees the training samples in one epoch:
//   order[r, i] = P_r(i),  P_r a permutation of 0..samples-1 keyed by round_keys[r]
// P is a Feistel network on 2 * half_bits bits, walked until it lands inside (cycle walking: Black and Rogaway, CT-RSA
// 2002), so each position is computed alone: no sort, no state, the same bits on every adapter and alone or among many.
// The round function is a multiply-xorshift hash (the constants of H. Prospector's lowbias32).
// Grid: x = positions, y = networks. Preconditions: 2^(2 half_bits) >= samples, half_bits in 1..15.

const ROUNDS: u32 = 8u;

struct Permutation {
  samples: u32,
  half_bits: u32,
}

@group(0) @binding(0) var<uniform> permutation: Permutation;
@group(0) @binding(1) var<storage, read> round_keys: array<u32>;   // [networks, ROUNDS]
@group(0) @binding(2) var<storage, read_write> order: array<u32>;  // [networks, samples]

fn mix(value: u32) -> u32 {
  var x = value;
  x = (x ^ (x >> 16u)) * 0x7feb352du;
  x = (x ^ (x >> 15u)) * 0x846ca68bu;
  return x ^ (x >> 16u);
}

fn encipher(value: u32, network: u32) -> u32 {
  let mask = (1u << permutation.half_bits) - 1u;
  var left = value >> permutation.half_bits;
  var right = value & mask;
  for (var round = 0u; round < ROUNDS; round++) {
    let next = left ^ (mix(right ^ round_keys[network * ROUNDS + round]) & mask);
    left = right;
    right = next;
  }
  return (left << permutation.half_bits) | right;
}

@compute @workgroup_size(64)
fn shuffle_samples(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= permutation.samples) { return; }
  var place = encipher(id.x, id.y);
  while (place >= permutation.samples) { place = encipher(place, id.y); }
  order[id.y * permutation.samples + id.x] = place;
}
