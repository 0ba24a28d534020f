// Cumulative ablation of any hidden layer at rank-one cost, where more than one product lies between z of parts/walk.wgsl and the
// logits, or more than 12 classes, or few removals are evaluated: outputs[step, j, s, k] = act(z_k), for forward.wgsl to carry on from.
// Every value has one owner, an invocation that walks one quad of one sample's units: no atomics, no barriers.
// Variants: "", SINGLE.

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU

#include "parts/walk.wgsl"
#include "parts/activate.wgsl"
#include "parts/with-padding.wgsl"

@group(0) @binding(6) var<storage, read_write> outputs: array<vec4<f32>>; // [slabs, slab_rows, unit_quads]

// Neurons removed at an evaluation.
fn removed_at(evaluation: u32) -> u32 {
  return min(evaluation * walk.stride, walk.neurons);
}

// Grid: x = quads of units, y = samples, z = jobs. Slab e * part.jobs + j of `outputs` is job j at evaluation e.
@compute @workgroup_size(8, 8)
fn walk_layer(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= walk.unit_quads || id.y >= part.count) { return; }
  let head = id.z * walk.walk_length;
  let network = walks[head].x;
  let row = network * walk.slab_rows + id.y;
  let place = place_of(id.z, network, id.y, true);
  let start = state[place.source + id.x];
  var z = start;
  for (var e = 0u; e < part.steps; e++) {
#if SINGLE
    z = start;
#endif
    let evaluation = part.first_step + e;
    for (var at = removed_at(max(evaluation, 1u) - 1u); at < removed_at(evaluation); at++) {
      let removal = walks[head + 1u + at];
      z -= difference(removal, row) * transposed[outgoing(removal, network) + id.x];
    }
    let slot = ((e * part.jobs + id.z) * walk.slab_rows + id.y) * walk.unit_quads + id.x;
    outputs[slot] = with_padding(activate(z), id.x, walk.units);
  }
#if SINGLE
#else
  state[place.own + id.x] = z;
#endif
}
