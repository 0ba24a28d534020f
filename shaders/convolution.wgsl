// One convolution for a batch of independent jobs:
//   outputs[j, s, (y, x), o] = act( bias_o + sum over taps (ky, kx) and channels c of
//     inputs[j, s, (y stride_y + ky - top, x stride_x + kx - left), c] * parameters[network_j, o, (ky, kx), c] ),
// taps that lie outside of the map adding nothing.
// Maps: a row for each sample and position, positions row by row, a lane for each channel, zeros behind the last. The bias
// is apart from the taps, since it holds at the border, too: so maps have no lane of 1, but for those of one position, which
// dense layers read: their rows are homogeneous, as forward.wgsl has them.
// Grid: x = positions of the output, y = tiles of outputs within tiles of samples, z = jobs. A tile is at ONE position: which
// taps lie within the map is the same for all of it, so borders cost nothing, and any stride fits. A tile has one owner, no
// atomics are needed, and the sum runs over taps, then channels, in an order that depends on the layer alone. Two forms:
// - plain: an invocation owns 4 samples x 4 outputs. No barriers, which are ruinous on software adapters.
// - SUBGROUP, with LANES_4 or LANES_8: a workgroup is one subgroup of exactly 4 or 8 lanes and owns 32 samples x 16
//   outputs; parameters are loaded by one lane and broadcast. See parts/convolution-subgroup.wgsl.
// Preconditions: batch.count >= 1; channels past the last are 0, in maps and in parameters.
// Variants: ""; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8.

#if SUBGROUP
enable subgroups;
#endif

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU

#include "parts/convolution-layer.wgsl"
struct Batch {
  count: u32,     // samples in this batch
  first_job: u32, // jobs[first_job + z] is what slab z of `outputs` is for
}
struct Job {
  network: u32, // row of `parameters`
}

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> jobs: array<Job>;             // [jobs]
@group(0) @binding(3) var<storage, read> inputs: array<vec4<f32>>;     // [slabs, map_rows, input_quads]
@group(0) @binding(4) var<storage, read> parameters: array<vec4<f32>>; // [networks, outputs, parameter_quads]
@group(0) @binding(5) var<storage, read_write> outputs: array<vec4<f32>>; // [jobs, map_rows, output_quads]

#include "parts/activate.wgsl"
#include "parts/padded-map.wgsl"

#include "parts/taps-within.wgsl"

// First quad of the map that holds sample s of the job's source; samples past the batch repeat its last one.
fn source_map(job: u32, slab: u32, sample: u32) -> u32 {
  let s = min(sample, batch.count - 1u);
  let own = select(jobs[job].network, slab, layer.own_source == 1u);
  return (own * layer.slab_rows + s) * layer.input_height * layer.input_width * layer.input_quads;
}

// First quad of a parameter row; rows past the last output repeat it and are replaced by padding.
fn parameter_row(job: u32, output: u32) -> u32 {
  return (jobs[job].network * layer.outputs + min(output, layer.outputs - 1u)) * layer.parameter_quads;
}

fn write_quad(sum: vec4<f32>, slab: u32, sample: u32, position: u32, quad: u32) {
  if (sample >= batch.count || quad >= layer.output_quads) { return; }
  let area = layer.output_height * layer.output_width;
  let slot = ((slab * layer.slab_rows + sample) * area + position) * layer.output_quads + quad;
  outputs[slot] = padded_map(activate(sum), quad);
}

#if SUBGROUP
#include "parts/convolution-subgroup.wgsl"
#else
@compute @workgroup_size(1, 32)
fn convolve(@builtin(global_invocation_id) id: vec3<u32>) {
  let position = id.x;
  let quad = id.y % layer.output_quads;
  let sample = id.y / layer.output_quads * 4u;
  let job = batch.first_job + id.z;
  if (position >= layer.output_height * layer.output_width || sample >= batch.count) { return; }
  let w0 = parameter_row(job, quad * 4u);
  let w1 = parameter_row(job, quad * 4u + 1u);
  let w2 = parameter_row(job, quad * 4u + 2u);
  let w3 = parameter_row(job, quad * 4u + 3u);
  let x0 = source_map(job, id.z, sample);
  let x1 = source_map(job, id.z, sample + 1u);
  let x2 = source_map(job, id.z, sample + 2u);
  let x3 = source_map(job, id.z, sample + 3u);
  let last = layer.parameter_quads - 1u;
  let bias = vec4<f32>(
    parameters[w0 + last].x, parameters[w1 + last].x, parameters[w2 + last].x, parameters[w3 + last].x,
  );
  var z0 = bias;
  var z1 = bias;
  var z2 = bias;
  var z3 = bias;
  let taps = taps_at(position / layer.output_width, position % layer.output_width);
  for (var ky = taps.rows.x; ky < taps.rows.y; ky++) {
    // Taps of one row of the kernel lie side by side, and so do the rows of the map that they read.
    let source = (u32(taps.y + i32(ky)) * layer.input_width + u32(taps.x + i32(taps.columns.x))) * layer.input_quads;
    let tap = (ky * layer.kernel_width + taps.columns.x) * layer.input_quads;
    for (var i = 0u; i < (taps.columns.y - taps.columns.x) * layer.input_quads; i++) {
      let w = mat4x4<f32>(
        parameters[w0 + tap + i], parameters[w1 + tap + i], parameters[w2 + tap + i], parameters[w3 + tap + i],
      );
      z0 += inputs[x0 + source + i] * w;
      z1 += inputs[x1 + source + i] * w;
      z2 += inputs[x2 + source + i] * w;
      z3 += inputs[x3 + source + i] * w;
    }
  }
  write_quad(z0, id.z, sample, position, quad);
  write_quad(z1, id.z, sample + 1u, position, quad);
  write_quad(z2, id.z, sample + 2u, position, quad);
  write_quad(z3, id.z, sample + 3u, position, quad);
}
#endif
