// Outputs of neurons in more than two levels: their range, and class-conditional histograms.
//   find_extremes: extremes[j, u, 0] = max_s ~key(x), extremes[j, u, 1] = max_s key(x),  x = activations[j, s, u]
//   count_levels:  counts[j, u, l, c] += #{ s of class c : #{ e : x > edges[j, u, e] } = l }
// key maps floats to integers in the same order, so that a maximum of integers finds the largest float and, of their
// complements, the least; 0 is below both of any finite float, so arrays begin as zeros.
// An invocation takes 32 samples of a neuron. Maxima and sums of integers by atomics: exact in any order.
// Preconditions: edges ascend; the arrays that are written held zeros before the first chunk.

struct Chunk {
  first: u32,      // first sample of this chunk
  count: u32,      // samples in this chunk
  slab_rows: u32,  // rows of one job in `activations`
  unit_lanes: u32, // floats of a row of `activations`, padding included
  units: u32,      // neurons
  levels: u32,
  classes: u32,
}

const STRIP = 32u; // samples of an invocation

@group(0) @binding(0) var<uniform> chunk: Chunk;
@group(0) @binding(1) var<storage, read> activations: array<f32>;               // [jobs, slab_rows, unit_lanes]
@group(0) @binding(2) var<storage, read_write> extremes: array<atomic<u32>>;    // [jobs, units, 2]
@group(0) @binding(3) var<storage, read> labels: array<u32>;                    // [samples]
@group(0) @binding(4) var<storage, read> edges: array<f32>;                     // [jobs, units, levels - 1]
@group(0) @binding(5) var<storage, read_write> counts: array<atomic<u32>>;      // [jobs, units, levels, classes]

fn key(value: f32) -> u32 {
  let word = bitcast<u32>(value);
  return word ^ select(0x80000000u, 0xffffffffu, (word >> 31u) == 1u);
}

// Grid: x = units, y = strips of this chunk, z = jobs.
@compute @workgroup_size(64)
fn find_extremes(@builtin(global_invocation_id) id: vec3<u32>) {
  let first = id.y * STRIP;
  if (id.x >= chunk.units || first >= chunk.count) { return; }
  let rows = min(STRIP, chunk.count - first);
  let base = (id.z * chunk.slab_rows + first) * chunk.unit_lanes + id.x;
  var least = 0u;
  var largest = 0u;
  for (var row = 0u; row < rows; row++) {
    let place = key(activations[base + row * chunk.unit_lanes]);
    least = max(least, ~place);
    largest = max(largest, place);
  }
  let slot = 2u * (id.z * chunk.units + id.x);
  atomicMax(&extremes[slot], least);
  atomicMax(&extremes[slot + 1u], largest);
}

// Grid: x = units, y = strips of this chunk, z = jobs.
@compute @workgroup_size(64)
fn count_levels(@builtin(global_invocation_id) id: vec3<u32>) {
  let first = id.y * STRIP;
  if (id.x >= chunk.units || first >= chunk.count) { return; }
  let rows = min(STRIP, chunk.count - first);
  let base = (id.z * chunk.slab_rows + first) * chunk.unit_lanes + id.x;
  let neuron = id.z * chunk.units + id.x;
  let first_edge = neuron * (chunk.levels - 1u);
  for (var row = 0u; row < rows; row++) {
    let value = activations[base + row * chunk.unit_lanes];
    // Edges below the value are the first ones: halve what remains in doubt.
    var level = 0u;
    var end = chunk.levels - 1u;
    while (level < end) {
      let middle = (level + end) / 2u;
      if (value > edges[first_edge + middle]) { level = middle + 1u; } else { end = middle; }
    }
    let label = labels[chunk.first + first + row];
    atomicAdd(&counts[(neuron * chunk.levels + level) * chunk.classes + label], 1u);
  }
}
