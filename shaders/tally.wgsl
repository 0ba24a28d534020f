// How well logits classify: per job and block of 64 samples
//   right[j, b]   = bit i is 1 where argmax_c logits[j, s, c] = labels[s], s the i-th sample of b   (ties go to the lowest class)
//   losses[j, b]  = sum_{s in b} ( log sum_c exp(logits[j, s, c]) - logits[j, s, labels[s]] ),  nats
// The host adds blocks: bits exactly, of all samples or of a class, losses in float64 and block order, so chunking never changes
// a result.
// Grid: x = blocks, y = jobs. An invocation owns one block: no atomics, no barriers.
// Preconditions: range.first is a multiple of 64 (BLOCK on the host).

const BLOCK: u32 = 64u;

struct Range {
  first: u32,     // first sample of this chunk, as a row of `labels`
  count: u32,     // samples in this chunk
  slab_rows: u32, // rows of one job in `logits`
  lanes: u32,     // floats of a row of `logits`, padding included
  classes: u32,
  first_job: u32, // jobs[first_job + y] is what slab y of `logits` is for
  blocks: u32,    // blocks over all chunks: row length of `right` and `losses`
}

@group(0) @binding(0) var<uniform> range: Range;
@group(0) @binding(1) var<storage, read> logits: array<f32>;         // [slabs, slab_rows, lanes]
@group(0) @binding(2) var<storage, read> labels: array<u32>;         // [samples]
@group(0) @binding(3) var<storage, read_write> right: array<vec2<u32>>; // [jobs, blocks]
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;   // [jobs, blocks]

#include "parts/block-bits.wgsl"

@compute @workgroup_size(32)
fn tally_blocks(@builtin(global_invocation_id) id: vec3<u32>) {
  let start = id.x * BLOCK;
  if (start >= range.count) { return; }
  let stop = min(start + BLOCK, range.count);
  var hits = vec2<u32>(0u);
  var loss = 0.0;
  for (var s = start; s < stop; s++) {
    let base = (id.y * range.slab_rows + s) * range.lanes;
    var best = 0u;
    var highest = logits[base];
    for (var c = 1u; c < range.classes; c++) {
      let value = logits[base + c];
      if (value > highest) {
        highest = value;
        best = c;
      }
    }
    var total = 0.0;
    for (var c = 0u; c < range.classes; c++) { total += exp(logits[base + c] - highest); }
    let label = labels[range.first + s];
    hits |= select(vec2<u32>(0u), bit_of(s - start), best == label);
    loss += log(total) + highest - logits[base + label];
  }
  let slot = (range.first_job + id.y) * range.blocks + range.first / BLOCK + id.x;
  right[slot] = hits;
  losses[slot] = loss;
}
