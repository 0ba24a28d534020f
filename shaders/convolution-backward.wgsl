// Backward pass and Adam of one convolution, for a batch of independent networks:
//   convolve_delta:     delta[r, s, (y, x), c] = act' * sum over taps and outputs o of
//                         next_delta[r, s, place, o] * next_parameters[r, o, (ky, kx), c],
//                       over the places whose tap (ky, kx) reads (y, x); act' from activations[r, s, (y, x), c]
//   update_convolution: g[r, o, (ky, kx), c] = sum over samples and places of delta[r, s, place, o] * inputs[r, s, tap, c]
//                         + 2 l2 parameters[r, o, (ky, kx), c], and of the bias the sum of delta alone; then Adam in place.
// Maps and parameters as in convolution.wgsl. `layer` is the one whose parameters are read: in convolve_delta the layer above,
// whose source delta and activations belong to.
// Every value has one owner: no atomics, sums in an order that the layer and the batch decide. At one position the same taps read
// it in all samples, so a tile there has no borders of its own.
// Preconditions: samples batch.count and above of every slab are ignored: their delta is written as 0. Lanes of next_delta
// past the last output are 0. GRADIENT: write g instead of using it.
// SLOPES_KEPT: act' of GELU is what delta holds until it is put in its place, as in backward.wgsl.
// Variants: "", GRADIENT.

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU
override SLOPES_KEPT: bool = false;

#include "parts/convolution-layer.wgsl"
#include "parts/step-batch.wgsl"

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read_write> delta: array<vec4<f32>>; // [networks, map_rows, quads]

// convolve_delta
@group(0) @binding(3) var<storage, read> next_delta: array<vec4<f32>>;      // [networks, output_rows, output_quads]
@group(0) @binding(4) var<storage, read> next_parameters: array<vec4<f32>>; // [networks, outputs, parameter_quads]
@group(0) @binding(5) var<storage, read> activations: array<vec4<f32>>;     // [networks, map_rows, input_quads]

// update_convolution
@group(0) @binding(6) var<storage, read> inputs: array<vec4<f32>>;            // [networks, input_rows, input_quads]
@group(0) @binding(7) var<storage, read_write> parameters: array<vec4<f32>>;  // [networks, outputs, parameter_quads]
#if GRADIENT
@group(0) @binding(8) var<storage, read_write> gradients: array<vec4<f32>>;   // [networks, outputs, parameter_quads]
#else
@group(0) @binding(8) var<storage, read_write> first_moments: array<vec4<f32>>;  // [networks, outputs, parameter_quads]
@group(0) @binding(9) var<storage, read_write> second_moments: array<vec4<f32>>; // [networks, outputs, parameter_quads]
#endif

#include "parts/derivative.wgsl"

fn write_delta(sum: vec4<f32>, slab: u32, sample: u32, position: u32, quad: u32) {
  if (sample >= layer.slab_rows) { return; }
  let area = layer.input_height * layer.input_width;
  let slot = ((slab * layer.slab_rows + sample) * area + position) * layer.input_quads + quad;
  if (sample >= batch.count) {
    delta[slot] = vec4<f32>(0.0);
    return;
  }
  var slope = delta[slot];
  if (!SLOPES_KEPT) { slope = derivative(activations[slot]); }
  let channel = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  delta[slot] = select(vec4<f32>(0.0), sum * slope, channel < vec4<u32>(layer.channels));
}

// Grid: x = positions of the source, y = quads of channels within quads of samples, z = networks. An invocation owns 4 samples x 4
// channels at one position.
@compute @workgroup_size(1, 32)
fn convolve_delta(@builtin(global_invocation_id) id: vec3<u32>) {
  let position = id.x;
  let quad = id.y % layer.input_quads;
  let first = id.y / layer.input_quads * 4u;
  if (position >= layer.input_height * layer.input_width || first >= layer.slab_rows) { return; }
  let last = layer.slab_rows - 1u;
  let area = layer.output_height * layer.output_width;
  let slab = id.z * layer.slab_rows;
  let d0 = (slab + first) * area;
  let d1 = (slab + min(first + 1u, last)) * area;
  let d2 = (slab + min(first + 2u, last)) * area;
  let d3 = (slab + min(first + 3u, last)) * area;
  let last_output = layer.outputs - 1u;
  let matrix = id.z * layer.outputs;
  let y = position / layer.input_width + layer.top;
  let x = position % layer.input_width + layer.left;
  var s0 = vec4<f32>(0.0);
  var s1 = vec4<f32>(0.0);
  var s2 = vec4<f32>(0.0);
  var s3 = vec4<f32>(0.0);
  for (var ky = 0u; ky < min(layer.kernel_height, y + 1u); ky++) {
    let place_y = (y - ky) / layer.stride_y;
    if ((y - ky) % layer.stride_y != 0u || place_y >= layer.output_height) { continue; }
    for (var kx = 0u; kx < min(layer.kernel_width, x + 1u); kx++) {
      let place_x = (x - kx) / layer.stride_x;
      if ((x - kx) % layer.stride_x != 0u || place_x >= layer.output_width) { continue; }
      let place = place_y * layer.output_width + place_x;
      let tap = (ky * layer.kernel_width + kx) * layer.input_quads + quad;
      // Lanes of next_delta past the last output are 0, so a clamped row of parameters adds nothing.
      for (var o = 0u; o < layer.outputs; o += 4u) {
        let w = mat4x4<f32>(
          next_parameters[(matrix + o) * layer.parameter_quads + tap],
          next_parameters[(matrix + min(o + 1u, last_output)) * layer.parameter_quads + tap],
          next_parameters[(matrix + min(o + 2u, last_output)) * layer.parameter_quads + tap],
          next_parameters[(matrix + min(o + 3u, last_output)) * layer.parameter_quads + tap],
        );
        let at = o / 4u;
        s0 += w * next_delta[(d0 + place) * layer.output_quads + at];
        s1 += w * next_delta[(d1 + place) * layer.output_quads + at];
        s2 += w * next_delta[(d2 + place) * layer.output_quads + at];
        s3 += w * next_delta[(d3 + place) * layer.output_quads + at];
      }
    }
  }
  write_delta(s0, id.z, first, position, quad);
  write_delta(s1, id.z, first + 1u, position, quad);
  write_delta(s2, id.z, first + 2u, position, quad);
  write_delta(s3, id.z, first + 3u, position, quad);
}

// Along one axis: the first place and the end of those whose tap k lies within the map.
fn places_within(k: u32, before: u32, stride: u32, extent: u32, places: u32) -> vec2<u32> {
  if (extent + before <= k) { return vec2<u32>(0u); }
  let first = (max(before, k) - k + stride - 1u) / stride;
  let end = (extent + before - k + stride - 1u) / stride;
  return vec2<u32>(min(first, places), min(end, places));
}

#include "parts/adam-quad.wgsl"

fn finish(sum: vec4<f32>, network: u32, output: u32, quad: u32) {
  if (output >= layer.outputs) { return; }
  let slot = (network * layer.outputs + output) * layer.parameter_quads + quad;
  finish_quad(sum, slot, vec4<bool>(quad + 1u < layer.parameter_quads));
}

// Grid: x = quads of a row of parameters, y = quads of outputs, z = networks. An invocation owns a 4 x 4 tile of the matrix.
@compute @workgroup_size(8, 8)
fn update_convolution(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= layer.parameter_quads || id.y * 4u >= layer.outputs) { return; }
  let is_bias = id.x + 1u == layer.parameter_quads;
  let tap = id.x / layer.input_quads;
  let ky = tap / layer.kernel_width;
  let kx = tap % layer.kernel_width;
  var rows = vec2<u32>(0u, layer.output_height);
  var columns = vec2<u32>(0u, layer.output_width);
  if (!is_bias) {
    rows = places_within(ky, layer.top, layer.stride_y, layer.input_height, layer.output_height);
    columns = places_within(kx, layer.left, layer.stride_x, layer.input_width, layer.output_width);
  }
  var g0 = vec4<f32>(0.0);
  var g1 = vec4<f32>(0.0);
  var g2 = vec4<f32>(0.0);
  var g3 = vec4<f32>(0.0);
  for (var s = 0u; s < batch.count; s++) {
    let sample = id.z * layer.slab_rows + s;
    for (var y = rows.x; y < rows.y; y++) {
      for (var x = columns.x; x < columns.y; x++) {
        let place = (sample * layer.output_height + y) * layer.output_width + x;
        let d = delta[place * layer.output_quads + id.y];
        var value = vec4<f32>(1.0, 0.0, 0.0, 0.0);
        if (!is_bias) {
          let row = sample * layer.input_height + y * layer.stride_y + ky - layer.top;
          let column = x * layer.stride_x + kx - layer.left;
          value = inputs[(row * layer.input_width + column) * layer.input_quads + id.x % layer.input_quads];
        }
        g0 += d.x * value;
        g1 += d.y * value;
        g2 += d.z * value;
        g3 += d.w * value;
      }
    }
  }
  finish(g0, id.z, id.y * 4u, id.x);
  finish(g1, id.z, id.y * 4u + 1u, id.x);
  finish(g2, id.z, id.y * 4u + 2u, id.x);
  finish(g3, id.z, id.y * 4u + 3u, id.x);
}
