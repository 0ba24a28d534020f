// The top layer's whole part in a training step, in one dispatch instead of four (see backward.wgsl for the formulas):
//   z[s, c] = sum_i inputs[r, s, i] * parameters[r, c, i]                                     (forward_layer)
//   d[s, c] = (softmax(z[s])_c - [c = y_s]) / count, and the batch's cross-entropy            (output_delta)
//   below_delta[r, s, i] = act' * sum_c d[s, c] * parameters[r, c, i], act' from inputs[r, s, i]  (hidden_delta)
//   g[r, c, i] = sum_s d[s, c] * inputs[r, s, i] + 2 l2 parameters[r, c, i], then Adam        (update_parameters)
// With few classes this is little work, and on a GPU it is the dispatches that take the time.
// Grid: x = networks. A workgroup of 256 owns a network's batch: z and d never leave it. Barriers part the stages, so that
// no parameter is updated before all have been read. No atomics; every sum runs in a fixed order.
// Preconditions: outputs <= 16, slab_rows <= 128. Rows batch.count and above of every slab are ignored: their delta is 0.
// SLOPES_KEPT: below_delta holds act' before, as in backward.wgsl.
// GRADIENT: write g instead of using it.
// Variants: "", GRADIENT.

override ACTIVATION: u32 = 0u; // of the layer below: the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU
override SLOPES_KEPT: bool = false;

const WORKGROUP: u32 = 256u;
const CLASS_QUADS: u32 = 4u; // quads of a row of z and d
const ROWS: u32 = 32u;       // rows whose z is computed at once: 8 invocations each, 4 quads x 2 halves of the sum

#include "parts/step-structs.wgsl"

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> batch: Batch;
@group(0) @binding(2) var<storage, read> order: array<u32>;                   // [networks, samples]
@group(0) @binding(3) var<storage, read> labels: array<u32>;                  // [samples]
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;            // [networks, slab_rows]
@group(0) @binding(5) var<storage, read> inputs: array<vec4<f32>>;            // [networks, slab_rows, input_quads]
@group(0) @binding(6) var<storage, read_write> below_delta: array<vec4<f32>>; // [networks, slab_rows, input_quads]
@group(0) @binding(7) var<storage, read_write> parameters: array<vec4<f32>>;  // [networks, outputs, input_quads]
#if GRADIENT
@group(0) @binding(8) var<storage, read_write> gradients: array<vec4<f32>>;   // [networks, outputs, input_quads]
#else
@group(0) @binding(8) var<storage, read_write> first_moments: array<vec4<f32>>;  // [networks, outputs, input_quads]
@group(0) @binding(9) var<storage, read_write> second_moments: array<vec4<f32>>; // [networks, outputs, input_quads]
#endif

var<workgroup> halves: array<vec4<f32>, 256>; // [ROWS, 2, CLASS_QUADS]: sums over even and odd quads of inputs
var<workgroup> deltas: array<vec4<f32>, 512>; // [128, CLASS_QUADS]: d

#include "parts/derivative.wgsl"

// act' of one quad of the units below.
fn slope_at(slot: u32) -> vec4<f32> {
  if (SLOPES_KEPT) { return below_delta[slot]; }
  return derivative(inputs[slot]);
}

#include "parts/adam.wgsl"

// Half of the sum of z for 4 classes and one row: quads `half`, half + 2, ... of the inputs.
fn half_sum(network: u32, sample: u32, half: u32, classes: u32) -> vec4<f32> {
  let source = (network * layer.slab_rows + min(sample, batch.count - 1u)) * layer.input_quads;
  let matrix = network * layer.outputs;
  let last = layer.outputs - 1u;
  // Classes past the last one repeat it; nothing reads them.
  let w0 = (matrix + min(classes * 4u, last)) * layer.input_quads;
  let w1 = (matrix + min(classes * 4u + 1u, last)) * layer.input_quads;
  let w2 = (matrix + min(classes * 4u + 2u, last)) * layer.input_quads;
  let w3 = (matrix + min(classes * 4u + 3u, last)) * layer.input_quads;
  var sum = vec4<f32>(0.0);
  for (var i = half; i < layer.input_quads; i += 2u) {
    sum += inputs[source + i] * mat4x4<f32>(parameters[w0 + i], parameters[w1 + i], parameters[w2 + i], parameters[w3 + i]);
  }
  return sum;
}

// z of 4 classes of a staged row.
fn logits_of(row: u32, classes: u32) -> vec4<f32> {
  return halves[row * 8u + classes] + halves[row * 8u + 4u + classes];
}

fn units_of(quad: u32) -> vec4<u32> {
  return vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
}

// Softmax, loss and d of one staged row. With NaN among the logits the loss is not finite.
fn finish_row(network: u32, sample: u32, row: u32) {
  let class_quads = (layer.outputs + 3u) / 4u;
  let count = vec4<u32>(layer.outputs);
  let label = labels[order[network * layer.order_rows + batch.first + sample]];
  var top = vec4<f32>(logits_of(row, 0u).x);
  for (var q = 0u; q < class_quads; q++) { top = max(top, select(top, logits_of(row, q), units_of(q) < count)); }
  let highest = max(max(top.x, top.y), max(top.z, top.w));
  let nothing = vec4<f32>(0.0);
  var sums = nothing;
  var own = nothing;
  for (var q = 0u; q < class_quads; q++) {
    let z = logits_of(row, q);
    sums += select(nothing, exp(z - highest), units_of(q) < count);
    own += select(nothing, z, units_of(q) == vec4<u32>(label));
  }
  let total = (sums.x + sums.y) + (sums.z + sums.w);
  let scale = 1.0 / f32(batch.count);
  for (var q = 0u; q < class_quads; q++) {
    let wanted = select(nothing, vec4<f32>(1.0), units_of(q) == vec4<u32>(label));
    let d = (exp(logits_of(row, q) - highest) / total - wanted) * scale;
    let slot = sample * CLASS_QUADS + q;
    deltas[slot] = select(nothing, d, units_of(q) < count);
  }
  let loss = network * layer.slab_rows + sample;
  losses[loss] += log(total) + highest - ((own.x + own.y) + (own.z + own.w));
}

// The delta below for one quad of units of one row.
fn write_below(network: u32, sample: u32, quad: u32) {
  let slot = (network * layer.slab_rows + sample) * layer.input_quads + quad;
  var sum = vec4<f32>(0.0);
  if (sample < batch.count) {
    let matrix = network * layer.outputs * layer.input_quads + quad;
    for (var c = 0u; c < layer.outputs; c++) {
      sum += deltas[sample * CLASS_QUADS + c / 4u][c % 4u] * parameters[matrix + c * layer.input_quads];
    }
    sum *= slope_at(slot);
  }
  below_delta[slot] = select(vec4<f32>(0.0), sum, units_of(quad) < vec4<u32>(layer.inputs));
}

// The gradient of one quad of one class's parameters, and what becomes of it.
fn update_quad(network: u32, output: u32, quad: u32) {
  let source = network * layer.slab_rows * layer.input_quads + quad;
  var sum = vec4<f32>(0.0);
  for (var s = 0u; s < batch.count; s++) {
    sum += deltas[s * CLASS_QUADS + output / 4u][output % 4u] * inputs[source + s * layer.input_quads];
  }
  finish(sum, network, output, quad);
}

@compute @workgroup_size(256)
fn step_top_layer(@builtin(workgroup_id) at: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  for (var first = 0u; first < batch.count; first += ROWS) {
    halves[thread] = half_sum(at.x, first + thread / 8u, thread / 4u % 2u, thread % 4u);
    workgroupBarrier();
    if (thread < ROWS && first + thread < batch.count) { finish_row(at.x, first + thread, thread); }
    workgroupBarrier();
  }
  for (var item = thread; item < layer.slab_rows * layer.input_quads; item += WORKGROUP) {
    write_below(at.x, item / layer.input_quads, item % layer.input_quads);
  }
  storageBarrier();
  for (var item = thread; item < layer.outputs * layer.input_quads; item += WORKGROUP) {
    update_quad(at.x, item / layer.input_quads, item % layer.input_quads);
  }
}
