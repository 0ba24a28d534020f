// Tallies in registers, for the walks that reach the logits (walk-tally.wgsl, walk-product.wgsl). They are as in tally.wgsl: per
// block of 64 samples the correct predictions (a whole number) and the summed cross-entropy, added in the order of the samples.

const LOWEST: f32 = -3.0e38; // below every logit

@group(0) @binding(6) var<storage, read> labels: array<u32>;               // [samples]
@group(0) @binding(7) var<storage, read_write> tallies: array<vec2<f32>>;  // [evaluations, blocks]
#if SINGLE
// As in tally.wgsl: which samples of the block are predicted correctly.
@group(0) @binding(10) var<storage, read_write> right: array<vec2<u32>>;   // [evaluations, blocks]
#include "parts/block-bits.wgsl"

// The bit of sample i of a block, if its tally counts it.
fn right_bit(i: u32, tallied: vec2<f32>) -> vec2<u32> {
  return select(vec2<u32>(0u), bit_of(i), tallied.x > 0.0);
}
#endif

// Three quads of logits.
struct Logits {
  a: vec4<f32>,
  b: vec4<f32>,
  c: vec4<f32>,
}

// Lanes of a quad that hold classes, the others as `nothing`. CLASSES is known to the compiler, so nothing is computed of these.
fn classes_of(quad: vec4<f32>, first: u32, nothing: f32) -> vec4<f32> {
  return select(vec4<f32>(nothing), quad, vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(CLASSES));
}

// (1 if the label's logit is the first of the highest, the cross-entropy)
fn tally(logits: Logits, label: u32) -> vec2<f32> {
  let lane = vec4<u32>(0u, 1u, 2u, 3u);
  let l0 = classes_of(logits.a, 0u, LOWEST);
  let l1 = classes_of(logits.b, 4u, LOWEST);
  let l2 = classes_of(logits.c, 8u, LOWEST);
  let m = max(max(l0, l1), l2);
  let highest = max(max(m.x, m.y), max(m.z, m.w));
  let e = classes_of(exp(l0 - highest), 0u, 0.0) + classes_of(exp(l1 - highest), 4u, 0.0)
    + classes_of(exp(l2 - highest), 8u, 0.0);
  let far = vec4<u32>(99u);
  let top = vec4<f32>(highest);
  let f = min(min(select(far, lane, l0 == top), select(far, lane + 4u, l1 == top)), select(far, lane + 8u, l2 == top));
  let best = min(min(f.x, f.y), min(f.z, f.w));
  let none = vec4<f32>(0.0);
  let own = select(none, l0, lane == vec4<u32>(label)) + select(none, l1, lane + 4u == vec4<u32>(label))
    + select(none, l2, lane + 8u == vec4<u32>(label));
  let loss = log(e.x + e.y + e.z + e.w) + highest - (own.x + own.y + own.z + own.w);
  return vec2<f32>(select(0.0, 1.0, best == label), loss);
}

fn tally_slot(job: u32, place: u32, evaluation: u32) -> u32 {
  return (walks[job * walk.walk_length].y + evaluation) * walk.blocks + part.first / BLOCK + place;
}

#if SUBGROUP
#if LANES_4
const WALKERS: u32 = 4u;
#else
const WALKERS: u32 = 8u;
#endif
const WALKED: u32 = BLOCK; // samples of an invocation
// Steps 4 to 7 of a part: what lanes 4 to 7 loaded, or, where there are only four lanes, what those loaded second.
#if LANES_4
const HIGH: u32 = 0u;
#else
const HIGH: u32 = 4u;
#endif
#else
const WALKERS: u32 = 64u; // a block
const WALKED: u32 = 1u;
#endif

// Evaluations that wait to be added up over their block, a row each; odd rows, so that no two share a bank.
#if SUBGROUP
#else
const ROW: u32 = BLOCK + 1u;
var<workgroup> waiting: array<vec2<f32>, 520>;

// Adds up the first `count` rows, in the order of the samples, as evaluations `first` and on.
fn add_up(job: u32, place: u32, first: u32, count: u32, walker: u32) {
  workgroupBarrier();
  if (walker < count) {
    let slot = tally_slot(job, place, first + walker);
    var total = vec2<f32>(0.0);
    for (var i = 0u; i < BLOCK; i++) { total += waiting[walker * ROW + i]; }
    tallies[slot] = total;
#if SINGLE
    var bits = vec2<u32>(0u);
    for (var i = 0u; i < BLOCK; i++) { bits |= right_bit(i, waiting[walker * ROW + i]); }
    right[slot] = bits;
#endif
  }
  workgroupBarrier();
}
#endif

fn minus(logits: Logits, d: f32, w: Logits) -> Logits {
  return Logits(logits.a - d * w.a, logits.b - d * w.b, logits.c - d * w.c);
}
