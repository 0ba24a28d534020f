// Relevance by the z+ rule, layer by layer from the logits down, biases left out: unit k of a layer shares what it has among the
// units j below it, by what is positive of t_j w_kj.
//   divide_relevance: relevance[r, s, k] = relevance[r, s, k] / sum_j max(t_j w_kj, 0),   0 where the sum is 0
//   pass_relevance:   below[r, s, j]     = sum_k max(t_j w_kj, 0) relevance[r, s, k]
// with t_j = activations[r, s, j], of the layer below, and w = parameters[r, k, j]. Rows are those of forward.wgsl: lane j = inputs
// holds the bias and a 1, and takes no part.
// An invocation owns 4 samples x 4 units: no atomics, no barriers. Padding of `below` is 0; rows past the chunk stay as they are.
// Variants: "".

struct Layer {
  inputs: u32,       // units below
  input_quads: u32,  // quads of a row there, the homogeneous lane included
  outputs: u32,      // units of the layer
  output_quads: u32,
  slab_rows: u32,    // rows of one network in every slab
}
struct Rows {
  count: u32, // samples in this chunk
}

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> rows: Rows;
@group(0) @binding(2) var<storage, read> parameters: array<vec4<f32>>;        // [networks, outputs, input_quads]
@group(0) @binding(3) var<storage, read> activations: array<vec4<f32>>;       // [networks, slab_rows, input_quads]

// divide_relevance
@group(0) @binding(4) var<storage, read_write> relevance: array<vec4<f32>>;   // [networks, slab_rows, output_quads]

// pass_relevance
@group(0) @binding(5) var<storage, read> shares: array<f32>;                  // [networks, slab_rows, output_lanes]
@group(0) @binding(6) var<storage, read_write> below: array<vec4<f32>>;       // [networks, slab_rows, input_quads]

// Lanes of a quad that are units, the others as 0.
fn units_of(value: vec4<f32>, quad: u32) -> vec4<f32> {
  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  return select(vec4<f32>(0.0), value, unit < vec4<u32>(layer.inputs));
}

// First quad of the row of sample s, the last one's past the chunk.
fn row_of(network: u32, s: u32, quads: u32) -> u32 {
  return (network * layer.slab_rows + min(s, rows.count - 1u)) * quads;
}

fn positive(t: vec4<f32>, w: vec4<f32>) -> f32 {
  return dot(max(t * w, vec4<f32>(0.0)), vec4<f32>(1.0));
}

fn divide(sums: vec4<f32>, network: u32, sample: u32, quad: u32) {
  if (sample >= rows.count) { return; }
  let slot = row_of(network, sample, layer.output_quads) + quad;
  let quotient = relevance[slot] / sums;
  relevance[slot] = select(vec4<f32>(0.0), quotient, sums > vec4<f32>(0.0));
}

// Grid: x = quads of units, y = quads of samples, z = networks.
@compute @workgroup_size(8, 8)
fn divide_relevance(@builtin(global_invocation_id) id: vec3<u32>) {
  let sample = id.y * 4u;
  if (id.x >= layer.output_quads || sample >= rows.count) { return; }
  let last = layer.outputs - 1u;
  let matrix = id.z * layer.outputs;
  let p0 = (matrix + min(id.x * 4u, last)) * layer.input_quads;
  let p1 = (matrix + min(id.x * 4u + 1u, last)) * layer.input_quads;
  let p2 = (matrix + min(id.x * 4u + 2u, last)) * layer.input_quads;
  let p3 = (matrix + min(id.x * 4u + 3u, last)) * layer.input_quads;
  let r0 = row_of(id.z, sample, layer.input_quads);
  let r1 = row_of(id.z, sample + 1u, layer.input_quads);
  let r2 = row_of(id.z, sample + 2u, layer.input_quads);
  let r3 = row_of(id.z, sample + 3u, layer.input_quads);
  var s0 = vec4<f32>(0.0);
  var s1 = vec4<f32>(0.0);
  var s2 = vec4<f32>(0.0);
  var s3 = vec4<f32>(0.0);
  for (var i = 0u; i < layer.input_quads; i++) {
    let w0 = units_of(parameters[p0 + i], i);
    let w1 = units_of(parameters[p1 + i], i);
    let w2 = units_of(parameters[p2 + i], i);
    let w3 = units_of(parameters[p3 + i], i);
    let t0 = activations[r0 + i];
    let t1 = activations[r1 + i];
    let t2 = activations[r2 + i];
    let t3 = activations[r3 + i];
    s0 += vec4<f32>(positive(t0, w0), positive(t0, w1), positive(t0, w2), positive(t0, w3));
    s1 += vec4<f32>(positive(t1, w0), positive(t1, w1), positive(t1, w2), positive(t1, w3));
    s2 += vec4<f32>(positive(t2, w0), positive(t2, w1), positive(t2, w2), positive(t2, w3));
    s3 += vec4<f32>(positive(t3, w0), positive(t3, w1), positive(t3, w2), positive(t3, w3));
  }
  divide(s0, id.z, sample, id.x);
  divide(s1, id.z, sample + 1u, id.x);
  divide(s2, id.z, sample + 2u, id.x);
  divide(s3, id.z, sample + 3u, id.x);
}

fn write_below(value: vec4<f32>, network: u32, sample: u32, quad: u32) {
  if (sample >= rows.count) { return; }
  below[row_of(network, sample, layer.input_quads) + quad] = units_of(value, quad);
}

// Grid: x = quads of units below, y = quads of samples, z = networks.
@compute @workgroup_size(8, 8)
fn pass_relevance(@builtin(global_invocation_id) id: vec3<u32>) {
  let sample = id.y * 4u;
  if (id.x >= layer.input_quads || sample >= rows.count) { return; }
  let lanes = layer.output_quads * 4u;
  let c0 = row_of(id.z, sample, lanes);
  let c1 = row_of(id.z, sample + 1u, lanes);
  let c2 = row_of(id.z, sample + 2u, lanes);
  let c3 = row_of(id.z, sample + 3u, lanes);
  let t0 = activations[row_of(id.z, sample, layer.input_quads) + id.x];
  let t1 = activations[row_of(id.z, sample + 1u, layer.input_quads) + id.x];
  let t2 = activations[row_of(id.z, sample + 2u, layer.input_quads) + id.x];
  let t3 = activations[row_of(id.z, sample + 3u, layer.input_quads) + id.x];
  let none = vec4<f32>(0.0);
  var s0 = none;
  var s1 = none;
  var s2 = none;
  var s3 = none;
  for (var k = 0u; k < layer.outputs; k++) {
    let w = parameters[(id.z * layer.outputs + k) * layer.input_quads + id.x];
    s0 += max(t0 * w, none) * shares[c0 + k];
    s1 += max(t1 * w, none) * shares[c1 + k];
    s2 += max(t2 * w, none) * shares[c2 + k];
    s3 += max(t3 * w, none) * shares[c3 + k];
  }
  write_below(s0, id.z, sample, id.x);
  write_below(s1, id.z, sample + 1u, id.x);
  write_below(s2, id.z, sample + 2u, id.x);
  write_below(s3, id.z, sample + 3u, id.x);
}
