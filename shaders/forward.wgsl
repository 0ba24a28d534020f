// One dense layer for a batch of independent jobs:
//   outputs[j, s, o] = act( sum_i source[j, s, i] * parameters[network_j, o, i] ),   lane i = inputs is the bias.
// Homogeneous coordinates: every row of samples ends in one lane of 1 (then zeros up to a multiple of 4), and every row
// of `parameters` holds its bias there, so bias, its gradient and its update need no code of their own.
// Grid: x = tiles of outputs, y = tiles of samples, z = jobs. A tile has one owner, no atomics are needed, and the sum
// over i runs in an order that depends on the number of inputs alone. Three forms, which differ in speed (and rounding):
// - plain: an invocation owns 4 samples x 4 outputs. No barriers, which are ruinous on software adapters.
// - SUBGROUP, with LANES_4 or LANES_8: a workgroup is one subgroup of exactly 4 or 8 lanes and owns 32 samples x 16
//   outputs. A lane owns every 4th (8th) sample. Each parameter is loaded by one lane and broadcast to the others: software
//   adapters load lane by lane, so this saves most of their work. No barriers. See parts/forward-subgroup.wgsl.
// - SHARED: a workgroup of 256 owns 32 samples x 32 outputs and stages both operands in workgroup memory, for GPUs. See
//   parts/workgroup-tile.wgsl and parts/forward-shared.wgsl.
// Preconditions: strides are multiples of 4; batch.count >= 1; padding lanes are as written here.
// The source of the first layer is a split, shared by all jobs: BYTES, input values are bytes / 255; or FLOATS, as they are.
// GATHERED: sample s is row order[network, batch.first + s].
// SLOPES: act'(z) is written, too, for the backward pass of functions whose value does not tell it.
// MASKED: input neurons whose position in the job's removal order is below job.removed read as replacements.
// Variants: "", BYTES, BYTES+GATHERED, FLOATS, FLOATS+GATHERED, MASKED, SLOPES, BYTES+GATHERED+SLOPES, FLOATS+GATHERED+SLOPES; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8 and with SHARED.

#if SUBGROUP
enable subgroups;
#endif

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU

struct Layer {
  input_quads: u32,   // quads of a source row, the homogeneous lane included
  outputs: u32,       // units computed
  output_quads: u32,  // quads of an output row: ceil((outputs + 1) / 4)
  slab_rows: u32,     // rows of one slab of `outputs` and `inputs`
  order_rows: u32,    // GATHERED: rows of `order` for one network
  own_source: u32,    // 1: job z reads slab z of `inputs` (its own); 0: the slab of its network, shared by many jobs
  hidden_quads: u32,  // MASKED: quads of a row of `positions` and `replacements`
  hidden_offset: u32, // MASKED: quad at which this layer's input neurons begin there
}
struct Batch {
  first: u32,     // first sample (position in `order`, or row of `pixels` or `values`)
  count: u32,     // samples in this batch
  first_job: u32, // jobs[first_job + z] is what slab z of `outputs` is for
}
struct Job {
  network: u32,     // row of `parameters`
  curve: u32,       // MASKED: row of `positions`
  replacement: u32, // MASKED: row of `replacements`
  removed: u32,     // MASKED: number of neurons removed
}

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> jobs: array<Job>;             // [jobs]
#if BYTES
@group(0) @binding(3) var<storage, read> pixels: array<u32>;           // [samples, input_quads]
#elif FLOATS
@group(0) @binding(3) var<storage, read> values: array<vec4<f32>>;     // [samples, input_quads]
#else
@group(0) @binding(3) var<storage, read> inputs: array<vec4<f32>>;     // [slabs, slab_rows, input_quads]
#endif
@group(0) @binding(4) var<storage, read> parameters: array<vec4<f32>>; // [networks, outputs, input_quads]
@group(0) @binding(5) var<storage, read_write> outputs: array<vec4<f32>>; // [jobs, slab_rows, output_quads]
#if GATHERED
@group(0) @binding(6) var<storage, read> order: array<u32>;            // [networks, samples]
#endif
#if MASKED
@group(0) @binding(7) var<storage, read> positions: array<vec4<u32>>;  // [curves, hidden_quads]
@group(0) @binding(8) var<storage, read> replacements: array<vec4<f32>>; // [replacements, hidden_quads]
#endif
#if SLOPES
@group(0) @binding(9) var<storage, read_write> slopes: array<vec4<f32>>; // [jobs, slab_rows, output_quads]
#endif

#include "parts/activate.wgsl"
#if SLOPES
#include "parts/slope.wgsl"
#endif

// First quad of the row that holds sample s of the job's source; rows past the batch repeat its last one.
fn source_row(job: u32, slab: u32, sample: u32) -> u32 {
  let s = min(sample, batch.count - 1u);
#if GATHERED
  return order[jobs[job].network * layer.order_rows + batch.first + s] * layer.input_quads;
#elif BYTES
  return (batch.first + s) * layer.input_quads;
#elif FLOATS
  return (batch.first + s) * layer.input_quads;
#else
  return (select(jobs[job].network, slab, layer.own_source == 1u) * layer.slab_rows + s) * layer.input_quads;
#endif
}

fn source_quad(index: u32) -> vec4<f32> {
#if BYTES
  return vec4<f32>(unpack4xU8(pixels[index])) * (1.0 / 255.0);
#elif FLOATS
  return values[index];
#else
  return inputs[index];
#endif
}

// What a job's removals make of one quad of its input: the same for all samples, so it is looked up once for a tile.
struct Mask {
  removed: vec4<bool>,
  value: vec4<f32>,
}

fn mask_quad(job: u32, quad: u32) -> Mask {
#if MASKED
  let at = layer.hidden_offset + quad;
  let removed = positions[jobs[job].curve * layer.hidden_quads + at] < vec4<u32>(jobs[job].removed);
  return Mask(removed, replacements[jobs[job].replacement * layer.hidden_quads + at]);
#else
  return Mask(vec4<bool>(false), vec4<f32>(0.0));
#endif
}

fn masked(value: vec4<f32>, mask: Mask) -> vec4<f32> {
#if MASKED
  return select(value, mask.value, mask.removed);
#else
  return value;
#endif
}

#include "parts/with-padding.wgsl"

fn write_quad(value: vec4<f32>, slab: u32, sample: u32, quad: u32) {
  if (sample >= batch.count || quad >= layer.output_quads) { return; }
  let slot = (slab * layer.slab_rows + sample) * layer.output_quads + quad;
  outputs[slot] = with_padding(activate(value), quad, layer.outputs);
#if SLOPES
  slopes[slot] = slope(value); // past the last unit nobody reads it
#endif
}

// First quad of a parameter row; rows past the last output repeat it and are replaced by padding.
fn parameter_row(job: u32, output: u32) -> u32 {
  return (jobs[job].network * layer.outputs + min(output, layer.outputs - 1u)) * layer.input_quads;
}

#if SHARED
#include "parts/workgroup-tile.wgsl"
#include "parts/forward-shared.wgsl"
#elif SUBGROUP
#include "parts/forward-subgroup.wgsl"
#else
@compute @workgroup_size(8, 8)
fn forward_layer(@builtin(global_invocation_id) id: vec3<u32>) {
  let quad = id.x;
  let sample = id.y * 4u;
  let job = batch.first_job + id.z;
  if (quad >= layer.output_quads || sample >= batch.count) { return; }
  let w0 = parameter_row(job, quad * 4u);
  let w1 = parameter_row(job, quad * 4u + 1u);
  let w2 = parameter_row(job, quad * 4u + 2u);
  let w3 = parameter_row(job, quad * 4u + 3u);
  let x0 = source_row(job, id.z, sample);
  let x1 = source_row(job, id.z, sample + 1u);
  let x2 = source_row(job, id.z, sample + 2u);
  let x3 = source_row(job, id.z, sample + 3u);
  var z0 = vec4<f32>(0.0);
  var z1 = vec4<f32>(0.0);
  var z2 = vec4<f32>(0.0);
  var z3 = vec4<f32>(0.0);
  for (var i = 0u; i < layer.input_quads; i++) {
    let mask = mask_quad(job, i);
    let w = mat4x4<f32>(parameters[w0 + i], parameters[w1 + i], parameters[w2 + i], parameters[w3 + i]);
    z0 += masked(source_quad(x0 + i), mask) * w;
    z1 += masked(source_quad(x1 + i), mask) * w;
    z2 += masked(source_quad(x2 + i), mask) * w;
    z3 += masked(source_quad(x3 + i), mask) * w;
  }
  write_quad(z0, id.z, sample, quad);
  write_quad(z1, id.z, sample + 1u, quad);
  write_quad(z2, id.z, sample + 2u, quad);
  write_quad(z3, id.z, sample + 3u, quad);
}
#endif
