// Sums of each neuron's outputs t by class, relative to an origin o of its own, for means, variances and mean sizes:
//   note_origins: origins[j, u]    = activations[j, 0, u], the first output that is seen
//   add_sums:     sums[j, u, b, c] += sum over samples s of class c in block b of (d, d d, |t| - |o|, 0),  d = t - o
// A constant neuron has d = 0, so all of its sums are 0 exactly; for any other d is no larger than the range of its outputs, so
// nothing cancels that is far from 0. Blocks are those of parts/sum-block.wgsl.
// An invocation owns a neuron's block: it alone reads and writes these sums. No atomics, no barriers.
// Preconditions: note_origins ran on the first chunk of the set, or the host wrote the origins.

#include "parts/sum-chunk.wgsl"

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
  let stretch = stretch_of(id.y);
  if (id.x >= chunk.units || stretch.first >= stretch.end) { return; }
  let neuron = id.z * chunk.units + id.x;
  let origin = origins[neuron];
  let slot = (neuron * chunk.blocks + stretch.number) * chunk.classes;
  for (var row = stretch.first; row < stretch.end; row++) {
    let t = activations[(id.z * chunk.slab_rows + row) * chunk.unit_lanes + id.x];
    let d = t - origin;
    let own = slot + labels[chunk.first + row];
    sums[own] = sums[own] + vec4<f32>(d, d * d, abs(t) - abs(origin), 0.0);
  }
}
