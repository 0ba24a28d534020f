// From what flows back by a hidden layer's outputs, which is kept, to what flows back by its pre-activations:
//   pass_down: delta[r, s, u] = act' signal[r, s, u]
// from which hidden_delta of backward.wgsl makes the signal of the layer below. (gradient-sums.wgsl does it in place.)
// An invocation owns a quad of one sample: no atomics, no barriers. Padding becomes what it may, and nobody reads it.
// PREACTIVATIONS: act' of GELU does not follow from its value, so z is given.
// Variants: "", PREACTIVATIONS.

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU

struct Layer {
  slab_rows: u32, // rows of one network in all arrays
  quads: u32,     // quads of a row
}
struct Part {
  count: u32,   // samples in this chunk
  earlier: u32, // as in moments.wgsl; not read here
}

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> part: Part;
#if PREACTIVATIONS
@group(0) @binding(2) var<storage, read> preactivations: array<vec4<f32>>; // [networks, slab_rows, quads]
#include "parts/activate.wgsl"
#include "parts/slope.wgsl"
#else
@group(0) @binding(3) var<storage, read> activations: array<vec4<f32>>;    // [networks, slab_rows, quads]
#include "parts/derivative.wgsl"
#endif
@group(0) @binding(4) var<storage, read> signal: array<vec4<f32>>;         // [networks, slab_rows, quads]
@group(0) @binding(5) var<storage, read_write> delta: array<vec4<f32>>;    // [networks, slab_rows, quads]

// Grid: x = quads of units, y = samples, z = networks.
@compute @workgroup_size(8, 8)
fn pass_down(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= layer.quads || id.y >= part.count) { return; }
  let slot = (id.z * layer.slab_rows + id.y) * layer.quads + id.x;
#if PREACTIVATIONS
  delta[slot] = slope(preactivations[slot]) * signal[slot];
#else
  delta[slot] = derivative(activations[slot]) * signal[slot];
#endif
}
