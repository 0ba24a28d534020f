// Class-conditional counts of each neuron's one-bit output, and its mean activation, without a float in the counts:
//   pack_bits:  bits[j, u, w] bit b = [ activations[j, 32 w + b, u] > threshold ]
//               blocks[j, u, w] = ( pivot, sum over the block of (activation - pivot) ),  pivot = the block's first sample
//   count_ones: counts[j, u, c] = sum_w popcount( bits[j, u, w] & class_bits[c, w] )
// The mean is then sum_w (n_w pivot + deviation) / n in float64 on the host: exact, to the bit, for a constant neuron, and
// accurate to a float32 rounding at any number of samples because no float32 sum is longer than 32 terms.
// Every word has one owner: no atomics, no barriers. Counts are exact.
// Preconditions: chunk.first is a multiple of 32; words past the last sample are not written; class_bits is 0 there.

override THRESHOLD: f32 = 0.5; // theta of study.md section 1

struct Chunk {
  first: u32,      // first sample of this chunk
  count: u32,      // samples in this chunk
  slab_rows: u32,  // rows of one job in `activations`
  unit_lanes: u32, // floats of a row of `activations`, padding included
  units: u32,      // neurons counted
  words: u32,      // words of 32 samples over all chunks
  classes: u32,
}

@group(0) @binding(0) var<uniform> chunk: Chunk;
@group(0) @binding(1) var<storage, read> activations: array<f32>;      // [jobs, slab_rows, unit_lanes]
@group(0) @binding(2) var<storage, read_write> bits: array<u32>;       // [jobs, units, words]
@group(0) @binding(3) var<storage, read_write> blocks: array<vec2<f32>>; // [jobs, units, words]
@group(0) @binding(4) var<storage, read> class_bits: array<u32>;       // [classes, words]
@group(0) @binding(5) var<storage, read_write> counts: array<u32>;     // [jobs, units, classes]

// Grid: x = units, y = words of this chunk, z = jobs.
@compute @workgroup_size(64)
fn pack_bits(@builtin(global_invocation_id) id: vec3<u32>) {
  let first = id.y * 32u;
  if (id.x >= chunk.units || first >= chunk.count) { return; }
  let rows = min(32u, chunk.count - first);
  let base = (id.z * chunk.slab_rows + first) * chunk.unit_lanes + id.x;
  let pivot = activations[base];
  var word = 0u;
  var deviation = 0.0;
  for (var row = 0u; row < rows; row++) {
    let value = activations[base + row * chunk.unit_lanes];
    word |= select(0u, 1u, value > THRESHOLD) << row;
    deviation += value - pivot;
  }
  let slot = (id.z * chunk.units + id.x) * chunk.words + chunk.first / 32u + id.y;
  bits[slot] = word;
  blocks[slot] = vec2<f32>(pivot, deviation);
}

// Grid: x = classes, y = units, z = jobs.
@compute @workgroup_size(16, 4)
fn count_ones(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= chunk.classes || id.y >= chunk.units) { return; }
  let row = (id.z * chunk.units + id.y) * chunk.words;
  var total = 0u;
  for (var word = 0u; word < chunk.words; word++) {
    total += countOneBits(bits[row + word] & class_bits[id.x * chunk.words + word]);
  }
  counts[(id.z * chunk.units + id.y) * chunk.classes + id.x] = total;
}
