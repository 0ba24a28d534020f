// Backward pass and Adam for a batch of independent networks, one dispatch a step and layer:
//   output_delta:      delta[r, s, c] = (softmax(logits[r, s])_c - [c = y_s]) / count, and the batch's cross-entropy
//   hidden_delta:      delta[r, s, i] = act' * sum_o next_delta[r, s, o] * next_parameters[r, o, i], act' from activations[r, s, i]
//   update_parameters: g[r, o, i] = sum_s delta[r, s, o] * source[r, s, i] + 2 l2 parameters[r, o, i]  (no l2 on biases)
//                      then Adam (Kingma and Ba 2015, algorithm 1) in place.
// Rows as in forward.wgsl: homogeneous, so that lane i = inputs of a parameter row is the bias.
// `layer` is the one whose parameters are read: in hidden_delta the layer above, whose inputs delta and activations belong to.
// Every value has one owner: no atomics, a fixed order of sums. hidden_delta and update_parameters have three forms:
// - plain: tiles are 4 x 4 an invocation; no barriers.
// - SUBGROUP, with LANES_4 or LANES_8: a workgroup is one subgroup of exactly 4 or 8 lanes; what the lanes of a tile share
//   is loaded by one of them and broadcast, without barriers. See parts/backward-subgroup.wgsl.
// - SHARED: a workgroup of 256 owns a tile of 32 x 32 and stages both operands in workgroup memory, for GPUs. See
//   parts/workgroup-tile.wgsl and parts/backward-shared.wgsl.
// Preconditions: rows batch.count and above of every slab are ignored: their delta is written as 0.
// The source of the first layer is row order[r, batch.first + s] of a split: BYTES, bytes / 255; or FLOATS. GRADIENT: write g instead of using it.
// SLOPES_KEPT: act' of GELU does not follow from its value; delta holds it, as forward_layer has left it there (SLOPES), until
// hidden_delta puts the delta in its place. It takes no memory of its own, and the other functions pay nothing for it.
// Variants: "", BYTES, FLOATS, GRADIENT, BYTES+GRADIENT, FLOATS+GRADIENT; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8 and with SHARED.

#if SUBGROUP
enable subgroups;
#endif

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU
override SLOPES_KEPT: bool = false;

#include "parts/step-structs.wgsl"

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> order: array<u32>;             // [networks, samples]
@group(0) @binding(3) var<storage, read_write> delta: array<vec4<f32>>; // [networks, slab_rows, quads]

// output_delta
@group(0) @binding(4) var<storage, read> logits: array<f32>;            // [networks, slab_rows, units]
@group(0) @binding(5) var<storage, read> labels: array<u32>;            // [samples]
@group(0) @binding(6) var<storage, read_write> losses: array<f32>;      // [networks, slab_rows]

// hidden_delta
@group(0) @binding(7) var<storage, read> next_delta: array<vec4<f32>>;      // [networks, slab_rows, output_quads]
@group(0) @binding(8) var<storage, read> next_parameters: array<vec4<f32>>; // [networks, outputs, input_quads]
@group(0) @binding(9) var<storage, read> activations: array<vec4<f32>>;     // [networks, slab_rows, input_quads]

// update_parameters
#if BYTES
@group(0) @binding(10) var<storage, read> pixels: array<u32>;           // [samples, input_quads]
#elif FLOATS
@group(0) @binding(10) var<storage, read> values: array<vec4<f32>>;     // [samples, input_quads]
#else
@group(0) @binding(10) var<storage, read> inputs: array<vec4<f32>>;     // [networks, slab_rows, input_quads]
#endif
@group(0) @binding(11) var<storage, read_write> parameters: array<vec4<f32>>; // [networks, outputs, input_quads]
#if GRADIENT
@group(0) @binding(12) var<storage, read_write> gradients: array<vec4<f32>>;  // [networks, outputs, input_quads]
#else
@group(0) @binding(12) var<storage, read_write> first_moments: array<vec4<f32>>;  // [networks, outputs, input_quads]
@group(0) @binding(13) var<storage, read_write> second_moments: array<vec4<f32>>; // [networks, outputs, input_quads]
#endif

fn clear_delta_row(row: u32) {
  for (var quad = 0u; quad < layer.output_quads; quad++) { delta[row * layer.output_quads + quad] = vec4<f32>(0.0); }
}

// Grid: x = rows, y = networks. An invocation owns one row.
@compute @workgroup_size(32)
fn output_delta(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= layer.slab_rows) { return; }
  let row = id.y * layer.slab_rows + id.x;
  if (id.x >= batch.count) {
    clear_delta_row(row);
    return;
  }
  let base = row * layer.output_quads * 4u;
  var highest = logits[base];
  for (var c = 1u; c < layer.outputs; c++) { highest = max(highest, logits[base + c]); }
  var total = 0.0;
  for (var c = 0u; c < layer.outputs; c++) { total += exp(logits[base + c] - highest); }

  let label = labels[order[id.y * layer.order_rows + batch.first + id.x]];
  let scale = 1.0 / f32(batch.count);
  for (var quad = 0u; quad < layer.output_quads; quad++) {
    var values = vec4<f32>(0.0);
    for (var lane = 0u; lane < 4u; lane++) {
      let c = quad * 4u + lane;
      if (c < layer.outputs) {
        let probability = exp(logits[base + c] - highest) / total;
        values[lane] = (probability - select(0.0, 1.0, c == label)) * scale;
      }
    }
    delta[row * layer.output_quads + quad] = values;
  }
  losses[row] += log(total) + highest - logits[base + label];
}

#include "parts/derivative.wgsl"

// act' of one quad of units.
fn slope_at(slot: u32) -> vec4<f32> {
  if (SLOPES_KEPT) { return delta[slot]; }
  return derivative(activations[slot]);
}

fn write_hidden_delta(sum: vec4<f32>, row: u32, quad: u32, inside: bool) {
  let slot = row * layer.input_quads + quad;
  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  let kept = inside && quad < layer.input_quads;
  let value = select(vec4<f32>(0.0), sum * slope_at(slot), unit < vec4<u32>(layer.inputs));
  delta[slot] = select(vec4<f32>(0.0), value, kept);
}

fn source_quad(network: u32, sample: u32, quad: u32) -> vec4<f32> {
#if BYTES
  let row = order[network * layer.order_rows + batch.first + sample];
  return vec4<f32>(unpack4xU8(pixels[row * layer.input_quads + quad])) * (1.0 / 255.0);
#elif FLOATS
  let row = order[network * layer.order_rows + batch.first + sample];
  return values[row * layer.input_quads + quad];
#else
  return inputs[(network * layer.slab_rows + sample) * layer.input_quads + quad];
#endif
}

#include "parts/adam.wgsl"

#if SHARED
#include "parts/workgroup-tile.wgsl"
#include "parts/backward-shared.wgsl"
#elif SUBGROUP
#include "parts/backward-subgroup.wgsl"
#else
// Grid: x = quads of units, y = quads of rows, z = networks. An invocation owns a 4 x 4 tile.
@compute @workgroup_size(8, 8)
fn hidden_delta(@builtin(global_invocation_id) id: vec3<u32>) {
  let quad = id.x;
  let first = id.y * 4u;
  if (quad >= layer.input_quads || first >= layer.slab_rows) { return; }
  let last = layer.slab_rows - 1u;
  let slab = id.z * layer.slab_rows;
  let d0 = (slab + first) * layer.output_quads;
  let d1 = (slab + min(first + 1u, last)) * layer.output_quads;
  let d2 = (slab + min(first + 2u, last)) * layer.output_quads;
  let d3 = (slab + min(first + 3u, last)) * layer.output_quads;
  let last_output = layer.outputs - 1u;
  let matrix = id.z * layer.outputs;
  var s0 = vec4<f32>(0.0);
  var s1 = vec4<f32>(0.0);
  var s2 = vec4<f32>(0.0);
  var s3 = vec4<f32>(0.0);
  // Lanes of next_delta past the last unit are 0, so a clamped row of parameters adds nothing.
  for (var o = 0u; o < layer.outputs; o += 4u) {
    let w = mat4x4<f32>(
      next_parameters[(matrix + o) * layer.input_quads + quad],
      next_parameters[(matrix + min(o + 1u, last_output)) * layer.input_quads + quad],
      next_parameters[(matrix + min(o + 2u, last_output)) * layer.input_quads + quad],
      next_parameters[(matrix + min(o + 3u, last_output)) * layer.input_quads + quad],
    );
    let at = o / 4u;
    s0 += w * next_delta[d0 + at];
    s1 += w * next_delta[d1 + at];
    s2 += w * next_delta[d2 + at];
    s3 += w * next_delta[d3 + at];
  }
  write_hidden_delta(s0, slab + first, quad, first < batch.count);
  if (first + 1u <= last) { write_hidden_delta(s1, slab + first + 1u, quad, first + 1u < batch.count); }
  if (first + 2u <= last) { write_hidden_delta(s2, slab + first + 2u, quad, first + 2u < batch.count); }
  if (first + 3u <= last) { write_hidden_delta(s3, slab + first + 3u, quad, first + 3u < batch.count); }
}

// Grid: x = quads of inputs, y = quads of outputs, z = networks. An invocation owns a 4 x 4 tile of the matrix.
@compute @workgroup_size(8, 8)
fn update_parameters(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= layer.input_quads || id.y * 4u >= layer.outputs) { return; }
  var g0 = vec4<f32>(0.0);
  var g1 = vec4<f32>(0.0);
  var g2 = vec4<f32>(0.0);
  var g3 = vec4<f32>(0.0);
  let slab = id.z * layer.slab_rows * layer.output_quads + id.y;
  for (var s = 0u; s < batch.count; s++) {
    let d = delta[slab + s * layer.output_quads];
    let x = source_quad(id.z, s, id.x);
    g0 += d.x * x;
    g1 += d.y * x;
    g2 += d.z * x;
    g3 += d.w * x;
  }
  finish(g0, id.z, id.y * 4u, id.x);
  finish(g1, id.z, id.y * 4u + 1u, id.x);
  finish(g2, id.z, id.y * 4u + 2u, id.x);
  finish(g3, id.z, id.y * 4u + 3u, id.x);
}
#endif
