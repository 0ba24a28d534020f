// What the removal of a hidden neuron alone changes, from the intact network upwards, as differences: where nothing changes they are
// exactly 0, and small ones are not what large numbers leave. With t the neuron's output, c what replaces it, w its outgoing weights,
// and z intact pre-activations:
//   remove_alone:  differences[slab, s, k] = act(z_k) - act(z_k - (t - c) w_k), in the layer above the neuron's
//   pass_on:       differences[slab, s, k] = act(z_k) - act(z_k - differences[slab, s, k]), in a layer further up: the product of that
//                  layer (forward.wgsl) has put there what z loses. Lane 0 of biases stays 0, so they take no part.
//   add_changes:   sums[r, n, b] += sum over samples s in block b of (loss, divergence, square, 0), with d_c what logit c loses,
//                  p the intact prediction, m = sum_c p_c d_c and y the label,
//                    divergence = sum_c p_c (log p_c - log q_c) = log sum_c p_c e^(m - d_c), q being the prediction without the neuron
//                    loss       = log p_y - log q_y = divergence + d_y - m,  nats      square = sum_c d_c^2
// LAST: of the last hidden layer d_c = (t - c) w_c, and no differences are stored.
// A group is some neurons of a layer, each in one mode or two; slab network * neurons * modes + i is the i-th (neuron, mode) of it.
// Neurons past the last one are computed like it, and not added. Blocks are those of parts/sum-block.wgsl.
// An invocation owns a quad of one sample, or a neuron's block in one mode: no atomics, no barriers.
// Variants: "", LAST.

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU

#include "parts/sum-block.wgsl"

struct Layer {
  neurons: u32,      // of the layer whose neurons are removed
  neuron_lanes: u32, // floats of a row of its outputs
  units: u32,        // of the layer whose differences are computed; add_changes: classes
  quads: u32,        // quads of a row there
  slab_rows: u32,    // rows of one network, and of one slab
  group: u32,        // neurons of a group
  modes: u32,        // 1 or 2
  first_mode: u32,   // 0: zeros; 1: means
  blocks: u32,       // of the page
}
struct Part {
  neuron: u32,  // first of the group
  first: u32,   // first sample of this chunk within the page
  count: u32,   // samples in this chunk
  earlier: u32, // samples of the page's first block and of the page, up to this chunk
}

@group(0) @binding(0) var<uniform> layer: Layer;
@group(0) @binding(1) var<uniform> part: Part;
@group(0) @binding(2) var<storage, read> activations: array<f32>;            // [networks, slab_rows, neuron_lanes]
@group(0) @binding(3) var<storage, read> means: array<f32>;                  // [networks, neurons]
// Of the layer above the neurons': a row of weights for each unit.
@group(0) @binding(4) var<storage, read> parameters: array<f32>;             // [networks, units, neuron_lanes]

// remove_alone and pass_on
@group(0) @binding(5) var<storage, read> preactivations: array<vec4<f32>>;   // [networks, slab_rows, quads]
@group(0) @binding(6) var<storage, read_write> differences: array<vec4<f32>>; // [slabs, slab_rows, quads]

// add_changes
@group(0) @binding(7) var<storage, read> changes: array<f32>;                // [slabs, slab_rows, class_lanes]
@group(0) @binding(8) var<storage, read> predictions: array<f32>;            // [networks, slab_rows, class_lanes]
@group(0) @binding(9) var<storage, read> labels: array<u32>;                // [samples]
@group(0) @binding(10) var<storage, read_write> sums: array<vec4<f32>>;      // [networks, neurons_and_modes, blocks]

#include "parts/activate.wgsl"

// What replaces a neuron of a network in the `mode`-th of the modes.
fn replacement(network: u32, neuron: u32, mode: u32) -> f32 {
  if (layer.first_mode + mode == 0u) { return 0.0; }
  return means[network * layer.neurons + neuron];
}

// Lanes of a quad that are units, the others as 0.
fn units_of(value: vec4<f32>, quad: u32) -> vec4<f32> {
  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  return select(vec4<f32>(0.0), value, unit < vec4<u32>(layer.units));
}

// The weight by which unit k reads a neuron.
fn weight(network: u32, k: u32, neuron: u32) -> f32 {
  return parameters[(network * layer.units + min(k, layer.units - 1u)) * layer.neuron_lanes + neuron];
}

// Grid: x = quads of units, y = samples, z = networks.
@compute @workgroup_size(8, 8)
fn remove_alone(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= layer.quads || id.y >= part.count) { return; }
  let k = id.x * 4u;
  let row = id.z * layer.slab_rows + id.y;
  let z = preactivations[row * layer.quads + id.x];
  let intact = activate(z);
  for (var i = 0u; i < layer.group; i++) {
    let neuron = min(part.neuron + i, layer.neurons - 1u);
    let w = vec4<f32>(
      weight(id.z, k, neuron), weight(id.z, k + 1u, neuron), weight(id.z, k + 2u, neuron), weight(id.z, k + 3u, neuron),
    );
    let t = activations[row * layer.neuron_lanes + neuron];
    for (var mode = 0u; mode < layer.modes; mode++) {
      let slab = (id.z * layer.group + i) * layer.modes + mode;
      let lost = (t - replacement(id.z, neuron, mode)) * w;
      let slot = (slab * layer.slab_rows + id.y) * layer.quads + id.x;
      differences[slot] = units_of(intact - activate(z - lost), id.x);
    }
  }
}

// Grid: x = quads of units, y = samples, z = slabs.
@compute @workgroup_size(8, 8)
fn pass_on(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= layer.quads || id.y >= part.count) { return; }
  let network = id.z / (layer.group * layer.modes);
  let z = preactivations[(network * layer.slab_rows + id.y) * layer.quads + id.x];
  let slot = (id.z * layer.slab_rows + id.y) * layer.quads + id.x;
  differences[slot] = units_of(activate(z) - activate(z - differences[slot]), id.x);
}

// e^x - 1 - x, of which nothing is lost for a small x; `power` is e^x.
fn beyond_linear(x: f32, power: f32) -> f32 {
  let series = 0.5 * x * x * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0)))));
  return select(power - 1.0 - x, series, abs(x) < 0.5);
}

// log(1 + h), right to a few roundings of itself for a small h.
fn log_beyond_one(h: f32) -> f32 {
  let s = h / (2.0 + h);
  let q = s * s;
  let series = 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0)))));
  return select(log(1.0 + h), series, h < 0.7);
}

// From here on log sum p e^x is taken from e^(x - highest), which cannot overflow.
const FAR: f32 = 1.0;

// Grid: x = (neuron, mode) of the group, y = blocks that this chunk touches, z = networks.
@compute @workgroup_size(64)
fn add_changes(@builtin(global_invocation_id) id: vec3<u32>) {
  let stretch = stretch_in(id.y, part.earlier, part.count);
  let neuron = part.neuron + id.x / layer.modes;
  let mode = id.x % layer.modes;
  if (id.x >= layer.group * layer.modes || neuron >= layer.neurons || stretch.first >= stretch.end) { return; }
  let own = ((id.z * layer.neurons + neuron) * layer.modes + mode) * layer.blocks + stretch.number;
  let classes = layer.units;
  let lanes = layer.quads * 4u;
#if LAST
  let c = replacement(id.z, neuron, mode);
#else
  let slab = id.z * layer.group * layer.modes + id.x;
#endif
  var sum = sums[own];
  for (var row = stretch.first; row < stretch.end; row++) {
    let intact = (id.z * layer.slab_rows + row) * lanes;
#if LAST
    let lost = activations[(id.z * layer.slab_rows + row) * layer.neuron_lanes + neuron] - c;
#else
    let changed = (slab * layer.slab_rows + row) * lanes;
#endif
    let label = labels[part.first + row];
    var m = 0.0; // relative to the first class, so that a shift of all logits changes nothing
    var least = 3.0e38;
    var of_first = 0.0;
    var of_label = 0.0;
    var square = 0.0;
    for (var k = 0u; k < classes; k++) {
#if LAST
      let d = lost * weight(id.z, k, neuron);
#else
      let d = changes[changed + k];
#endif
      if (k == 0u) { of_first = d; }
      m += predictions[intact + k] * (d - of_first);
      least = min(least, d);
      of_label += select(0.0, d, k == label);
      square += d * d;
    }
    m += of_first;
    let highest = m - least;
    let shift = select(0.0, highest, highest > FAR);
    var near = 0.0;
    var far = 0.0;
    for (var k = 0u; k < classes; k++) {
#if LAST
      let d = lost * weight(id.z, k, neuron);
#else
      let d = changes[changed + k];
#endif
      let p = predictions[intact + k];
      let power = exp(m - d - shift);
      near += p * beyond_linear(m - d, power);
      far += p * power;
    }
    let divergence = select(log_beyond_one(near), highest + log(far), highest > FAR);
    sum += vec4<f32>(divergence + of_label - m, divergence, square, 0.0);
  }
  sums[own] = sum;
}
