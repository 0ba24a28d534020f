// A path from inputs of 0 to each sample, along which a network is followed step by step, for conductance.
//   scale_layer:     outputs[r, s, u] = act(b + share (z - b)), the first hidden layer where inputs are `share` of themselves: z is
//                    linear in them, so the product with them is done once, for preactivations[r, s, u] = z of the whole sample
//   add_conductance: conductance[r, s, u] += g (t_end - t_begin) over a step, with g = delta[r, s, u] the derivative of the label's
//                    logit by t in its middle; then delta[r, s, u] = act' g, from which g of the layer below is made
// (Dhamdhere, Sundararajan and Yan 2018). SLOPES: act' of GELU does not follow from its value; scale_layer writes it, and add_conductance
// reads it. Every value has one owner, an invocation: no atomics, no barriers. Rows past a chunk are computed like others; nobody reads them.
// Variants: "", SLOPES.

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU

struct Layer {
  units: u32,
  quads: u32,       // quads of a row of every slab
  slab_rows: u32,   // rows of one network there
  inputs: u32,      // scale_layer: inputs of the network; the lane of this index of a parameter row is the bias
  input_lanes: u32, // scale_layer: floats of a parameter row
}
struct Step {
  share: f32,  // scale_layer: of the inputs
  begins: u32, // add_conductance: 1 in the first step of a chunk, which finds nothing to add to
}

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> step: Step;

// scale_layer
@group(0) @binding(2) var<storage, read> parameters: array<f32>;             // [networks, units, input_lanes]
@group(0) @binding(3) var<storage, read> preactivations: array<vec4<f32>>;   // [networks, slab_rows, quads]
@group(0) @binding(4) var<storage, read_write> outputs: array<vec4<f32>>;    // [networks, slab_rows, quads]

// add_conductance
@group(0) @binding(5) var<storage, read> begin: array<vec4<f32>>;            // [networks, slab_rows, quads]
@group(0) @binding(6) var<storage, read> end: array<vec4<f32>>;              // [networks, slab_rows, quads]
@group(0) @binding(7) var<storage, read> middle: array<vec4<f32>>;           // [networks, slab_rows, quads]
@group(0) @binding(8) var<storage, read_write> delta: array<vec4<f32>>;      // [networks, slab_rows, quads]
@group(0) @binding(9) var<storage, read_write> conductance: array<vec4<f32>>; // [networks, slab_rows, quads]

#if SLOPES
@group(0) @binding(10) var<storage, read_write> slopes: array<vec4<f32>>;    // [networks, slab_rows, quads]
#endif

#include "parts/activate.wgsl"
#include "parts/derivative.wgsl"
#if SLOPES
#include "parts/slope.wgsl"
#endif
#include "parts/with-padding.wgsl"

fn bias_of(network: u32, unit: u32) -> f32 {
  return parameters[(network * layer.units + min(unit, layer.units - 1u)) * layer.input_lanes + layer.inputs];
}

// Grid: x = quads of units, y = rows, z = networks.
@compute @workgroup_size(8, 8)
fn scale_layer(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= layer.quads || id.y >= layer.slab_rows) { return; }
  let first = id.x * 4u;
  let bias = vec4<f32>(
    bias_of(id.z, first), bias_of(id.z, first + 1u), bias_of(id.z, first + 2u), bias_of(id.z, first + 3u),
  );
  let slot = (id.z * layer.slab_rows + id.y) * layer.quads + id.x;
  let z = bias + step.share * (preactivations[slot] - bias);
  outputs[slot] = with_padding(activate(z), id.x, layer.units);
#if SLOPES
  slopes[slot] = slope(z);
#endif
}

fn slope_at(slot: u32) -> vec4<f32> {
#if SLOPES
  return slopes[slot];
#else
  return derivative(middle[slot]);
#endif
}

// Grid: x = quads of units, y = rows, z = networks.
@compute @workgroup_size(8, 8)
fn add_conductance(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= layer.quads || id.y >= layer.slab_rows) { return; }
  let slot = (id.z * layer.slab_rows + id.y) * layer.quads + id.x;
  let g = delta[slot];
  let before = select(conductance[slot], vec4<f32>(0.0), vec4<bool>(step.begins == 1u));
  conductance[slot] = before + g * (end[slot] - begin[slot]);
  delta[slot] = slope_at(slot) * g;
}
