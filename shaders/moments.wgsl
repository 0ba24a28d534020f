// Sums over samples of products of what two neurons do, for all pairs of a strip of one layer (left) with another or the same layer
// (right): with d = t - constant, t a neuron's output,
//   add_moments: sums[j, k, b] += sum over samples s in block b of  d_j(s) d_k(s)                                  without signals
//                                                                   d_j(s) d_k(s) sum over i of g_ij(s) g_ik(s)    with SIGNALS
// g_i being what flows back from the i-th signal at the logits. Blocks are those of parts/sum-block.wgsl; signals are added within a
// sample, so that chunks change no bit, and products are symmetric: of one layer with itself what lies left of the diagonal's quads
// is not computed.
// An invocation owns 4 x 4 neurons of a block: no atomics, no barriers, and 16 products for every two loads. Padding is added up too,
// and nobody reads it.
// Variants: "", SIGNALS.

#include "parts/sum-block.wgsl"

struct Pair {
  slab_rows: u32,   // rows of one network in all arrays
  left_quads: u32,  // quads of a row of each layer
  right_quads: u32,
  first_quad: u32,  // of the strip, in a row of the left layer
  strip_quads: u32, // quads of the strip
  same: u32,        // 1: left and right are one layer
  signals: u32,
  blocks: u32,      // of the page
}
struct Part {
  count: u32,   // samples in this chunk
  earlier: u32, // samples of the page's first block and of the page, up to this chunk
}

@group(0) @binding(0) var<uniform> pair: Pair;
@group(0) @binding(1) var<uniform> part: Part;
@group(0) @binding(2) var<storage, read> left_outputs: array<vec4<f32>>;    // [networks, slab_rows, left_quads]
@group(0) @binding(3) var<storage, read> right_outputs: array<vec4<f32>>;   // [networks, slab_rows, right_quads]
@group(0) @binding(4) var<storage, read> left_constants: array<vec4<f32>>;  // [left_quads]
@group(0) @binding(5) var<storage, read> right_constants: array<vec4<f32>>; // [right_quads]
#if SIGNALS
@group(0) @binding(6) var<storage, read> left_signals: array<vec4<f32>>;    // [signals, slab_rows, left_quads]
@group(0) @binding(7) var<storage, read> right_signals: array<vec4<f32>>;   // [signals, slab_rows, right_quads]
#endif
@group(0) @binding(8) var<storage, read_write> sums: array<vec4<f32>>;      // [strip_lanes, right_quads, blocks]

// Of row `lane` of the strip, in the `number`-th block.
fn slot_of(lane: u32, right: u32, number: u32) -> u32 {
  return (lane * pair.right_quads + right) * pair.blocks + number;
}

// Grid: x = quads of the right layer, y = quads of the strip, z = blocks that this chunk touches.
@compute @workgroup_size(8, 4)
fn add_moments(@builtin(global_invocation_id) id: vec3<u32>) {
  let stretch = stretch_in(id.z, part.earlier, part.count);
  if (id.x >= pair.right_quads || id.y >= pair.strip_quads || stretch.first >= stretch.end) { return; }
  let left = pair.first_quad + id.y;
  if (pair.same == 1u && id.x < left) { return; }
  let left_constant = left_constants[left];
  let right_constant = right_constants[id.x];
  let lane = id.y * 4u;
  var sum0 = sums[slot_of(lane, id.x, stretch.number)];
  var sum1 = sums[slot_of(lane + 1u, id.x, stretch.number)];
  var sum2 = sums[slot_of(lane + 2u, id.x, stretch.number)];
  var sum3 = sums[slot_of(lane + 3u, id.x, stretch.number)];
  for (var row = stretch.first; row < stretch.end; row++) {
    let a = left_outputs[row * pair.left_quads + left] - left_constant;
    let b = right_outputs[row * pair.right_quads + id.x] - right_constant;
#if SIGNALS
    var both0 = vec4<f32>(0.0);
    var both1 = vec4<f32>(0.0);
    var both2 = vec4<f32>(0.0);
    var both3 = vec4<f32>(0.0);
    for (var i = 0u; i < pair.signals; i++) {
      let slab = i * pair.slab_rows + row;
      let g = left_signals[slab * pair.left_quads + left];
      let h = right_signals[slab * pair.right_quads + id.x];
      both0 += g.x * h;
      both1 += g.y * h;
      both2 += g.z * h;
      both3 += g.w * h;
    }
    sum0 += (a.x * b) * both0;
    sum1 += (a.y * b) * both1;
    sum2 += (a.z * b) * both2;
    sum3 += (a.w * b) * both3;
#else
    sum0 += a.x * b;
    sum1 += a.y * b;
    sum2 += a.z * b;
    sum3 += a.w * b;
#endif
  }
  sums[slot_of(lane, id.x, stretch.number)] = sum0;
  sums[slot_of(lane + 1u, id.x, stretch.number)] = sum1;
  sums[slot_of(lane + 2u, id.x, stretch.number)] = sum2;
  sums[slot_of(lane + 3u, id.x, stretch.number)] = sum3;
}
