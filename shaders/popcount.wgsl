// The rate at which set bits can be counted, by a bare loop that reads no memory:
//   count_bits: counts[i] = sum over l < 16 and rounds r of popcount( (words[i] rotated left by l) & mix(r) )
//   mix(r) = r * 2654435769 (Knuth's multiplicative hash), modulo 2^32
// Four sums of four lanes each stand side by side, as in pairs.wgsl: 16 counts a round.
// Grid: x = words. An invocation owns a word: no atomics, no barriers. Preconditions: neither array is shorter than span.words.

struct Span {
  words: u32,
  rounds: u32,
}

@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(1) var<storage, read> words: array<u32>;        // [words]
@group(0) @binding(2) var<storage, read_write> counts: array<u32>; // [words]

fn rotated(word: u32, by: vec4<u32>) -> vec4<u32> {
  return (vec4<u32>(word) << by) | ((vec4<u32>(word) >> (vec4<u32>(31u) - by)) >> vec4<u32>(1u));
}

@compute @workgroup_size(64)
fn count_bits(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= span.words) { return; }
  let word = words[id.x];
  let lanes = vec4<u32>(0u, 1u, 2u, 3u);
  let words0 = rotated(word, lanes);
  let words1 = rotated(word, lanes + vec4<u32>(4u));
  let words2 = rotated(word, lanes + vec4<u32>(8u));
  let words3 = rotated(word, lanes + vec4<u32>(12u));
  var counts0 = vec4<u32>();
  var counts1 = vec4<u32>();
  var counts2 = vec4<u32>();
  var counts3 = vec4<u32>();
  for (var round = 0u; round < span.rounds; round++) {
    let mix = vec4<u32>(round * 2654435769u);
    counts0 += countOneBits(words0 & mix);
    counts1 += countOneBits(words1 & mix);
    counts2 += countOneBits(words2 & mix);
    counts3 += countOneBits(words3 & mix);
  }
  let sums = counts0 + counts1 + counts2 + counts3;
  counts[id.x] = sums.x + sums.y + sums.z + sums.w;
}
