// Sums of the sizes of what each sample gives a neuron:
//   add_magnitudes: sums[r, u, b] += sum over samples s in block b of |values[r, s, u]|
// Blocks are those of parts/sum-block.wgsl. An invocation owns a neuron's block: no atomics, no barriers.
// Variants: "".

#include "parts/sum-chunk.wgsl"

@group(0) @binding(0) var<uniform> chunk: Chunk;
@group(0) @binding(1) var<storage, read> values: array<f32>;       // [networks, slab_rows, unit_lanes]
@group(0) @binding(2) var<storage, read_write> sums: array<f32>;   // [networks, units, blocks]

// Grid: x = units, y = blocks that this chunk touches, z = networks.
@compute @workgroup_size(64)
fn add_magnitudes(@builtin(global_invocation_id) id: vec3<u32>) {
  let stretch = stretch_of(id.y);
  if (id.x >= chunk.units || stretch.first >= stretch.end) { return; }
  let own = (id.z * chunk.units + id.x) * chunk.blocks + stretch.number;
  var sum = sums[own];
  for (var row = stretch.first; row < stretch.end; row++) {
    sum += abs(values[(id.z * chunk.slab_rows + row) * chunk.unit_lanes + id.x]);
  }
  sums[own] = sum;
}
