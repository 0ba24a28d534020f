// Pooling of maps, forward and back, for a batch of independent jobs. A window takes what of it lies within the map:
//   pool:       outputs[j, s, (y, x), c] = the largest of inputs[j, s, tap, c], or (AVERAGE) their sum over their number,
//               COUNT_ZEROS: over that of all taps
//   pool_delta: delta[j, s, (y, x), c] = act' * the sum of next_delta[j, s, place, c] over the windows that (y, x) is the largest of
//               (the first one of several, row by row), or (AVERAGE) its share of each; act' from inputs[j, s, (y, x), c]
// Maps as in convolution.wgsl, whose `layer` this takes, its outputs being the channels; it has no parameters.
// Grid: x = positions, y = quads of channels within samples, z = jobs. Every value has one owner, sums run in the order of windows.
// A NaN within a window is what it gives. Preconditions: batch.count >= 1; every window reads at least one position of the map;
// in pool_delta slab z is job z's, and the delta of samples batch.count and above is written as 0.
// SLOPES_KEPT: act' of GELU is what delta holds until it is put in its place, as in backward.wgsl.
// Variants: "".

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU
override SLOPES_KEPT: bool = false;
override AVERAGE: bool = false;
override COUNT_ZEROS: bool = false;

#include "parts/convolution-layer.wgsl"
struct Batch {
  count: u32,     // samples in this batch
  first_job: u32, // jobs[first_job + z] is what slab z of `outputs` is for
}
struct Job {
  network: u32, // slab of `inputs`, where jobs share them
}

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> jobs: array<Job>;         // [jobs]
@group(0) @binding(3) var<storage, read> inputs: array<vec4<f32>>; // [slabs, map_rows, input_quads]
// pool
@group(0) @binding(4) var<storage, read_write> outputs: array<vec4<f32>>; // [jobs, output_rows, output_quads]
// pool_delta
@group(0) @binding(5) var<storage, read> next_delta: array<vec4<f32>>;  // [jobs, output_rows, output_quads]
@group(0) @binding(6) var<storage, read_write> delta: array<vec4<f32>>; // [jobs, map_rows, input_quads]

#include "parts/derivative.wgsl"
#include "parts/padded-map.wgsl"
#include "parts/taps-within.wgsl"

// The positions of the map that one window reads: rows and columns, first and end.
struct Reach {
  rows: vec2<u32>,
  columns: vec2<u32>,
}

fn reach_of(place_y: u32, place_x: u32) -> Reach {
  let taps = taps_at(place_y, place_x);
  return Reach(vec2<u32>(vec2<i32>(taps.rows) + taps.y), vec2<u32>(vec2<i32>(taps.columns) + taps.x));
}

// One over the number of positions that an average is taken over.
fn weight_of(reach: Reach) -> f32 {
  if (COUNT_ZEROS) { return 1.0 / f32(layer.kernel_height * layer.kernel_width); }
  return 1.0 / f32((reach.rows.y - reach.rows.x) * (reach.columns.y - reach.columns.x));
}

// By its bits: comparisons with itself may be optimised away.
fn is_nan(v: vec4<f32>) -> vec4<bool> {
  return (bitcast<vec4<u32>>(v) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}

@compute @workgroup_size(1, 32)
fn pool(@builtin(global_invocation_id) id: vec3<u32>) {
  let position = id.x;
  let quad = id.y % layer.output_quads;
  let sample = id.y / layer.output_quads;
  let area = layer.output_height * layer.output_width;
  if (position >= area || sample >= batch.count) { return; }
  let own = select(jobs[batch.first_job + id.z].network, id.z, layer.own_source == 1u);
  let source = (own * layer.slab_rows + sample) * layer.input_height * layer.input_width;
  let reach = reach_of(position / layer.output_width, position % layer.output_width);
  // Rows of one position end with a lane of 1, which may be in a quad of its own.
  let lane_quad = min(quad, layer.input_quads - 1u);
  var result = vec4<f32>(0.0);
  for (var y = reach.rows.x; y < reach.rows.y; y++) {
    for (var x = reach.columns.x; x < reach.columns.y; x++) {
      let value = inputs[(source + y * layer.input_width + x) * layer.input_quads + lane_quad];
      let is_first = y == reach.rows.x && x == reach.columns.x;
      if (AVERAGE) {
        result += value;
      } else {
        let taken = ((value > result) | is_nan(value) | vec4<bool>(is_first)) & (!is_nan(result) | vec4<bool>(is_first));
        result = select(result, value, taken);
      }
    }
  }
  if (AVERAGE) { result *= weight_of(reach); }
  let slot = ((id.z * layer.slab_rows + sample) * area + position) * layer.output_quads + quad;
  outputs[slot] = padded_map(result, quad);
}

// In which lanes the position is the first of the largest in the window.
fn is_largest(source: u32, quad: u32, position: u32, reach: Reach) -> vec4<bool> {
  let own = inputs[(source + position) * layer.input_quads + quad];
  var largest = vec4<bool>(true);
  for (var y = reach.rows.x; y < reach.rows.y; y++) {
    for (var x = reach.columns.x; x < reach.columns.y; x++) {
      let at = y * layer.input_width + x;
      let value = inputs[(source + at) * layer.input_quads + quad];
      let beats = (value > own) | ((value == own) & vec4<bool>(at < position));
      largest = largest & !(beats & vec4<bool>(at != position));
    }
  }
  return largest;
}

// Along one axis: the first and the end of the places whose window reaches `at`.
fn places_reaching(at: u32, kernel: u32, stride: u32, places: u32) -> vec2<u32> {
  let first = select(0u, (at + stride - kernel) / stride, at + 1u > kernel);
  return vec2<u32>(first, min(at / stride + 1u, places));
}

@compute @workgroup_size(1, 32)
fn pool_delta(@builtin(global_invocation_id) id: vec3<u32>) {
  let position = id.x;
  let quad = id.y % layer.input_quads;
  let sample = id.y / layer.input_quads;
  let input_area = layer.input_height * layer.input_width;
  if (position >= input_area || sample >= layer.slab_rows) { return; }
  let source = (id.z * layer.slab_rows + sample) * input_area;
  let slot = (source + position) * layer.input_quads + quad;
  if (sample >= batch.count) {
    delta[slot] = vec4<f32>(0.0);
    return;
  }
  let above = (id.z * layer.slab_rows + sample) * layer.output_height * layer.output_width;
  let y = position / layer.input_width + layer.top;
  let x = position % layer.input_width + layer.left;
  let rows = places_reaching(y, layer.kernel_height, layer.stride_y, layer.output_height);
  let columns = places_reaching(x, layer.kernel_width, layer.stride_x, layer.output_width);
  var sum = vec4<f32>(0.0);
  for (var place_y = rows.x; place_y < rows.y; place_y++) {
    for (var place_x = columns.x; place_x < columns.y; place_x++) {
      let reach = reach_of(place_y, place_x);
      let next = next_delta[(above + place_y * layer.output_width + place_x) * layer.output_quads + quad];
      if (AVERAGE) {
        sum += next * weight_of(reach);
      } else {
        sum += select(vec4<f32>(0.0), next, is_largest(source, quad, position, reach));
      }
    }
  }
  var slope = delta[slot];
  if (!SLOPES_KEPT) { slope = derivative(inputs[slot]); }
  let channel = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  delta[slot] = select(vec4<f32>(0.0), sum * slope, channel < vec4<u32>(layer.channels));
}
