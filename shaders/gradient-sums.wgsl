// What a hidden neuron's output t does to the loss L of each sample, summed over samples: with g = dL/dt, nats,
//   add_gradients: sums[r, u, b] += sum over samples s in block b of (|g|, |g t|, g t, (g t)^2),  g = delta[r, s, u]
//                  and then delta[r, s, u] = act' g = dL/dz, from which hidden_delta of backward.wgsl makes g of the layer below.
// hidden_delta leaves g there where it is told that the activation is the identity: where act' is 0 its own product would not tell g.
// Blocks are those of parts/sum-block.wgsl. An invocation owns a neuron's block, its sums and its deltas: no atomics, no barriers.
// PREACTIVATIONS: act' of GELU does not follow from its value, so z is given.
// Variants: "", PREACTIVATIONS.

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU

#include "parts/sum-chunk.wgsl"

@group(0) @binding(0) var<uniform> chunk: Chunk;
@group(0) @binding(1) var<storage, read> activations: array<f32>;        // [networks, slab_rows, unit_lanes]
@group(0) @binding(2) var<storage, read_write> delta: array<f32>;        // [networks, slab_rows, unit_lanes]
@group(0) @binding(3) var<storage, read_write> sums: array<vec4<f32>>;   // [networks, units, blocks]
#if PREACTIVATIONS
@group(0) @binding(4) var<storage, read> preactivations: array<f32>;     // [networks, slab_rows, unit_lanes]
#include "parts/activate.wgsl"
#include "parts/slope.wgsl"
#else
#include "parts/derivative.wgsl"
#endif

fn slope_of(slot: u32, t: f32) -> f32 {
#if PREACTIVATIONS
  return slope(vec4<f32>(preactivations[slot])).x;
#else
  return derivative(vec4<f32>(t)).x;
#endif
}

// Grid: x = units, y = blocks that this chunk touches, z = networks.
@compute @workgroup_size(64)
fn add_gradients(@builtin(global_invocation_id) id: vec3<u32>) {
  let stretch = stretch_of(id.y);
  if (id.x >= chunk.units || stretch.first >= stretch.end) { return; }
  let own = (id.z * chunk.units + id.x) * chunk.blocks + stretch.number;
  var sum = sums[own];
  for (var row = stretch.first; row < stretch.end; row++) {
    let slot = (id.z * chunk.slab_rows + row) * chunk.unit_lanes + id.x;
    let g = delta[slot];
    let t = activations[slot];
    let product = g * t;
    sum += vec4<f32>(abs(g), abs(product), product, product * product);
    delta[slot] = slope_of(slot, t) * g;
  }
  sums[own] = sum;
}
