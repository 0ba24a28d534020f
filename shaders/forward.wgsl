// One dense layer for a batch of independent jobs:
//   outputs[j, s, o] = act( sum_i source[j, s, i] * parameters[network_j, o, i] ),   lane i = inputs is the bias.
// Homogeneous coordinates: every row of samples ends in one lane of 1 (then zeros up to a multiple of 4), and every row
// of `parameters` holds its bias there, so bias, its gradient and its update need no code of their own.
// Grid: x = tiles of outputs, y = tiles of samples, z = jobs. A tile has one owner: no atomics, no barriers (they are
// ruinous on software adapters), and the sum over i runs in one fixed order.
// - plain: an invocation owns 4 samples x 4 outputs.
// - SUBGROUP, with LANES_4 or LANES_8: a workgroup is one subgroup of exactly 4 or 8 lanes and owns 32 samples x 16 outputs. A lane owns
//   every 4th (8th) sample. Each parameter is loaded by one lane and broadcast to the others: software adapters load lane
//   by lane, so this saves most of their work.
// Preconditions: strides are multiples of 4; batch.count >= 1; padding lanes are as written here.
// BYTES: input values are bytes / 255. GATHERED: sample s is row order[network, batch.first + s].
// MASKED: input neurons whose position in the job's removal order is below job.removed read as replacements.
// Variants: "", BYTES, BYTES+GATHERED, MASKED; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8.

#if SUBGROUP
enable subgroups;
#endif

override ACTIVATION: u32 = 0u; // 0 identity, 1 sigmoid, 2 tanh, 3 relu

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
  first: u32,     // first sample (position in `order`, or row of `pixels`)
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

// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.
fn activate(z: vec4<f32>) -> vec4<f32> {
  if (ACTIVATION == 1u) {
    let e = exp(-abs(z));
    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);
  }
  if (ACTIVATION == 2u) {
    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.
    let e = exp(-2.0 * abs(z));
    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));
  }
  if (ACTIVATION == 3u) {
    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0
  }
  return z;
}

// First quad of the row that holds sample s of the job's source; rows past the batch repeat its last one.
fn source_row(job: u32, slab: u32, sample: u32) -> u32 {
  let s = min(sample, batch.count - 1u);
#if BYTES
#if GATHERED
  return order[jobs[job].network * layer.order_rows + batch.first + s] * layer.input_quads;
#else
  return (batch.first + s) * layer.input_quads;
#endif
#else
  return (select(jobs[job].network, slab, layer.own_source == 1u) * layer.slab_rows + s) * layer.input_quads;
#endif
}

fn source_quad(index: u32) -> vec4<f32> {
#if BYTES
  return vec4<f32>(unpack4xU8(pixels[index])) * (1.0 / 255.0);
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

// Units past the last one are padding: the homogeneous 1, then zeros.
fn with_padding(values: vec4<f32>, quad: u32) -> vec4<f32> {
  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), unit == vec4<u32>(layer.outputs));
  return select(padding, values, unit < vec4<u32>(layer.outputs));
}

fn write_quad(value: vec4<f32>, slab: u32, sample: u32, quad: u32) {
  if (sample >= batch.count || quad >= layer.output_quads) { return; }
  outputs[(slab * layer.slab_rows + sample) * layer.output_quads + quad] = with_padding(activate(value), quad);
}

#if SUBGROUP
#if LANES_4
const LANES: u32 = 4u;
const TILE_QUADS: u32 = 32u;
#else
const LANES: u32 = 8u;
const TILE_QUADS: u32 = 16u;
#endif

// The quads of lanes 0 to 3, as columns.
fn broadcast_0(v: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(
    subgroupBroadcast(v, 0u), subgroupBroadcast(v, 1u), subgroupBroadcast(v, 2u), subgroupBroadcast(v, 3u),
  );
}

#if LANES_8
// The quads of lanes 4 to 7, as columns.
fn broadcast_4(v: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(
    subgroupBroadcast(v, 4u), subgroupBroadcast(v, 5u), subgroupBroadcast(v, 6u), subgroupBroadcast(v, 7u),
  );
}
#endif

@compute @workgroup_size(LANES)
fn forward_layer(@builtin(workgroup_id) tile: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let quad = tile.x * 4u;
  let sample = tile.y * 32u + lane;
  let job = batch.first_job + tile.z;
  let last = layer.outputs - 1u;
  let matrix = jobs[job].network * layer.outputs;
  let row = quad * 4u + lane;
  let w0 = (matrix + min(row, last)) * layer.input_quads;
  let w1 = (matrix + min(row + LANES, last)) * layer.input_quads;
#if LANES_4
  let w2 = (matrix + min(row + 8u, last)) * layer.input_quads;
  let w3 = (matrix + min(row + 12u, last)) * layer.input_quads;
  let x4 = source_row(job, tile.z, sample + 16u);
  let x5 = source_row(job, tile.z, sample + 20u);
  let x6 = source_row(job, tile.z, sample + 24u);
  let x7 = source_row(job, tile.z, sample + 28u);
  var z4a = vec4<f32>(0.0); var z4b = vec4<f32>(0.0); var z4c = vec4<f32>(0.0); var z4d = vec4<f32>(0.0);
  var z5a = vec4<f32>(0.0); var z5b = vec4<f32>(0.0); var z5c = vec4<f32>(0.0); var z5d = vec4<f32>(0.0);
  var z6a = vec4<f32>(0.0); var z6b = vec4<f32>(0.0); var z6c = vec4<f32>(0.0); var z6d = vec4<f32>(0.0);
  var z7a = vec4<f32>(0.0); var z7b = vec4<f32>(0.0); var z7c = vec4<f32>(0.0); var z7d = vec4<f32>(0.0);
#endif
  let x0 = source_row(job, tile.z, sample);
  let x1 = source_row(job, tile.z, sample + LANES);
  let x2 = source_row(job, tile.z, sample + 2u * LANES);
  let x3 = source_row(job, tile.z, sample + 3u * LANES);
  var z0a = vec4<f32>(0.0); var z0b = vec4<f32>(0.0); var z0c = vec4<f32>(0.0); var z0d = vec4<f32>(0.0);
  var z1a = vec4<f32>(0.0); var z1b = vec4<f32>(0.0); var z1c = vec4<f32>(0.0); var z1d = vec4<f32>(0.0);
  var z2a = vec4<f32>(0.0); var z2b = vec4<f32>(0.0); var z2c = vec4<f32>(0.0); var z2d = vec4<f32>(0.0);
  var z3a = vec4<f32>(0.0); var z3b = vec4<f32>(0.0); var z3c = vec4<f32>(0.0); var z3d = vec4<f32>(0.0);
  for (var i = 0u; i < layer.input_quads; i++) {
    let mask = mask_quad(job, i);
    let v0 = parameters[w0 + i];
    let v1 = parameters[w1 + i];
#if LANES_4
    let v2 = parameters[w2 + i];
    let v3 = parameters[w3 + i];
    let a = broadcast_0(v0);
    let b = broadcast_0(v1);
    let c = broadcast_0(v2);
    let d = broadcast_0(v3);
    let s4 = masked(source_quad(x4 + i), mask);
    z4a += s4 * a; z4b += s4 * b; z4c += s4 * c; z4d += s4 * d;
    let s5 = masked(source_quad(x5 + i), mask);
    z5a += s5 * a; z5b += s5 * b; z5c += s5 * c; z5d += s5 * d;
    let s6 = masked(source_quad(x6 + i), mask);
    z6a += s6 * a; z6b += s6 * b; z6c += s6 * c; z6d += s6 * d;
    let s7 = masked(source_quad(x7 + i), mask);
    z7a += s7 * a; z7b += s7 * b; z7c += s7 * c; z7d += s7 * d;
#else
    let a = broadcast_0(v0);
    let b = broadcast_4(v0);
    let c = broadcast_0(v1);
    let d = broadcast_4(v1);
#endif
    let s0 = masked(source_quad(x0 + i), mask);
    z0a += s0 * a; z0b += s0 * b; z0c += s0 * c; z0d += s0 * d;
    let s1 = masked(source_quad(x1 + i), mask);
    z1a += s1 * a; z1b += s1 * b; z1c += s1 * c; z1d += s1 * d;
    let s2 = masked(source_quad(x2 + i), mask);
    z2a += s2 * a; z2b += s2 * b; z2c += s2 * c; z2d += s2 * d;
    let s3 = masked(source_quad(x3 + i), mask);
    z3a += s3 * a; z3b += s3 * b; z3c += s3 * c; z3d += s3 * d;
  }
  // A loop that no driver can unroll, since its bound (TILE_QUADS, in effect) is no constant: unrolled 16 or 32 times, the
  // activation makes compilation take seconds.
#if LANES_4
  var values = array<vec4<f32>, 32>(
    z0a, z0b, z0c, z0d,
    z1a, z1b, z1c, z1d,
    z2a, z2b, z2c, z2d,
    z3a, z3b, z3c, z3d,
    z4a, z4b, z4c, z4d,
    z5a, z5b, z5c, z5d,
    z6a, z6b, z6c, z6d,
    z7a, z7b, z7c, z7d,
  );
#else
  var values = array<vec4<f32>, 16>(
    z0a, z0b, z0c, z0d,
    z1a, z1b, z1c, z1d,
    z2a, z2b, z2c, z2d,
    z3a, z3b, z3c, z3d,
  );
#endif
  for (var n = 0u; n < min(TILE_QUADS, layer.output_quads * 32u); n++) {
    write_quad(values[n], tile.z, sample + n / 4u * LANES, quad + n % 4u);
  }
}
#else
// First quad of a parameter row; rows past the last output repeat it and are replaced by padding.
fn parameter_row(job: u32, output: u32) -> u32 {
  return (jobs[job].network * layer.outputs + min(output, layer.outputs - 1u)) * layer.input_quads;
}

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
