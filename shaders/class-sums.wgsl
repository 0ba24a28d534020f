// Sums of each neuron's outputs t by class, relative to an origin o of its own, for means, variances and mean sizes:
//   note_origins: origins[j, u]    = activations[j, 0, u], the first output that is seen
//   add_sums:     sums[j, u, b, c] += sum over samples s of class c in block b of (d, d d, |t| - |o|, 0),  d = t - o
// A constant neuron has d = 0, so all of its sums are 0 exactly; for any other d is no larger than the range of its outputs, so
// nothing cancels that is far from 0. Blocks are of 1024 samples of the whole set, whatever chunks and pages are: `offset` is how
// many of a page's first block came with the page before, whose sums the host puts into that block. A float32 sum is of at most
// 1024 terms, in the order of the samples: its error is at most 4 sqrt(K + 1) 2^-23 S for K terms and S the sum of their sizes, as
// in docs/measures.md 5; the host adds blocks in float64 and in order. So neither chunks nor pages change a bit.
// An invocation owns a neuron's block: it alone reads and writes these sums. No atomics, no barriers.
// Preconditions: note_origins ran on the first chunk of the set, or the host wrote the origins; sums hold zeros, or what came with
// the page before, at the first chunk of a page; chunks run in order.

struct Chunk {
  first: u32,      // first sample of this chunk within the page
  count: u32,      // samples in this chunk
  slab_rows: u32,  // rows of one job in `activations`
  unit_lanes: u32, // floats of a row of `activations`, padding included
  units: u32,      // neurons
  classes: u32,
  blocks: u32,     // blocks of the page, that of `offset` included
  offset: u32,     // samples of the page's first block that came before the page
}

const BLOCK = 1024u; // samples of a float32 sum

@group(0) @binding(0) var<uniform> chunk: Chunk;
@group(0) @binding(1) var<storage, read> activations: array<f32>;        // [jobs, slab_rows, unit_lanes]
@group(0) @binding(2) var<storage, read_write> noted: array<f32>;        // [jobs, units]
@group(0) @binding(3) var<storage, read> origins: array<f32>;            // [jobs, units]
@group(0) @binding(4) var<storage, read> labels: array<u32>;             // [samples]
@group(0) @binding(5) var<storage, read_write> sums: array<vec4<f32>>;   // [jobs, units, blocks, classes]

// Grid: x = units, y = jobs.
@compute @workgroup_size(64)
fn note_origins(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= chunk.units) { return; }
  noted[id.y * chunk.units + id.x] = activations[id.y * chunk.slab_rows * chunk.unit_lanes + id.x];
}

// Grid: x = units, y = blocks that this chunk touches, z = jobs.
@compute @workgroup_size(64)
fn add_sums(@builtin(global_invocation_id) id: vec3<u32>) {
  let earlier = chunk.offset + chunk.first; // samples of the page's first block and of the page, up to this chunk
  let number = earlier / BLOCK + id.y;
  let start = max(earlier, BLOCK * number);
  let end = min(earlier + chunk.count, BLOCK * number + BLOCK);
  if (id.x >= chunk.units || start >= end) { return; }
  let neuron = id.z * chunk.units + id.x;
  let origin = origins[neuron];
  let slot = (neuron * chunk.blocks + number) * chunk.classes;
  for (var place = start; place < end; place++) {
    let row = place - earlier;
    let t = activations[(id.z * chunk.slab_rows + row) * chunk.unit_lanes + id.x];
    let d = t - origin;
    let own = slot + labels[chunk.first + row];
    sums[own] = sums[own] + vec4<f32>(d, d * d, abs(t) - abs(origin), 0.0);
  }
}
