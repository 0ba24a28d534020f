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

// Moves done at an evaluation.
fn moves_at(evaluation: u32) -> u32 {
  if (evaluation == 0u) { return 0u; }
  return min(walk.lead + (evaluation - 1u) * walk.stride, walk.neurons);
}

#if SINGLE
// z without neuron `at` of the order, for one sample's quad: intact, or without the neurons of this part.
fn alone(head: u32, at: u32, row: u32, quad: u32, intact: vec4<f32>, without: vec4<f32>) -> vec4<f32> {
  let network = walks[head].x;
  let own = walks[head + HEADER + at];
  if (is_direct(own, output_of(own, row))) {
    return intact - difference(own, row, 1.0) * transposed[outgoing(own, network) + quad];
  }
  var z = without;
  for (var other = moves_at(max(part.first_step, 1u) - 1u); other < moves_at(part.first_step + part.steps - 1u); other++) {
    if (other == at) { continue; }
    let neuron = walks[head + HEADER + other];
    z += output_of(neuron, row) * transposed[outgoing(neuron, network) + quad];
  }
  return z;
}
#endif

// Grid: x = quads of units, y = samples, z = jobs. Slab e * part.jobs + j of `outputs` is job j at evaluation e.
@compute @workgroup_size(8, 8)
fn walk_layer(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= walk.unit_quads || id.y >= part.count) { return; }
  let head = id.z * walk.walk_length;
  let network = walks[head].x;
  let row = network * walk.slab_rows + id.y;
  let place = place_of(head, id.z, id.y, true);
  let start = state[place.source + id.x];
#if SINGLE
  let without = state[place.own + id.x];
#else
  let direction = direction_of(head);
#endif
  var z = start;
  for (var e = 0u; e < part.steps; e++) {
    let evaluation = part.first_step + e;
#if SINGLE
    if (evaluation > 0u) { z = alone(head, evaluation - 1u, row, id.x, start, without); }
#else
    for (var at = moves_at(max(evaluation, 1u) - 1u); at < moves_at(evaluation); at++) {
      let removal = walks[head + HEADER + at];
      z -= difference(removal, row, direction) * transposed[outgoing(removal, network) + id.x];
    }
#endif
    let slot = ((e * part.jobs + id.z) * walk.slab_rows + id.y) * walk.unit_quads + id.x;
    outputs[slot] = with_padding(activate(z), id.x, walk.units);
  }
#if SINGLE
#else
  state[place.own + id.x] = z;
#endif
}
