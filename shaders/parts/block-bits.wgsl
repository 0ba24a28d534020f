// Samples of a block of 64 as bits: sample i is bit i % 32 of word i / 32.
fn bit_of(i: u32) -> vec2<u32> {
  let bit = 1u << (i % 32u);
  return select(vec2<u32>(0u, bit), vec2<u32>(bit, 0u), i < 32u);
}
