// Cumulative ablation at rank-one cost: a curve is a walk of one sample along an order of removal.
//   state[j, s, k] holds z_k, the pre-activations above the ablated layer; removing neuron n replaces t_n by c_n there:
//   z_k -= (t_n - c_n) * transposed[n, k],  and only what lies above is computed again. Three ways up:
//   walk_tally:   z are the logits; each step is tallied at once                               (last hidden layer)
//   walk_product: logits = sum_k act(z_k) * product[k, c]; each step is tallied at once         (one below that)
//   walk_layer:   outputs[step, j, s, k] = act(z_k), for forward.wgsl to carry on from            (deeper networks)
// Tallies are as in tally.wgsl: per block of 64 samples the correct predictions (a whole number) and the summed cross-entropy.
// A step is an evaluation; before it, `stride` neurons are removed. Evaluation 0 removes none. SINGLE: every step starts
// from `state` again, so each neuron is removed alone.
// Every value has one owner (a job's block of 64 samples, or a quad of units): no atomics, no barriers, exact counts.
// Preconditions: outputs of the last layer <= 12 in walk_tally and walk_product; part.evaluations <= STEPS of the entry.
// SUBGROUP, with LANES_4 or LANES_8: a workgroup is one subgroup, its lanes are blocks of one job, and what they share is
// loaded by one lane and broadcast (see forward.wgsl).
// MASKED: units of z whose position is below the number of removed neurons read as their replacement (joint orders).
// Variants: "", MASKED, SINGLE; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8.

#if SUBGROUP
enable subgroups;
#endif

override ACTIVATION: u32 = 0u; // of walk_product and walk_layer: 0 identity, 1 sigmoid, 2 tanh, 3 relu
override EVERY_STEP: bool = true; // an evaluation after each removal; else after every walk.stride of them

const BLOCK: u32 = 64u;
const NONE: u32 = 0xffffffffu; // an order's entry that lies in another layer: nothing to update here

struct Walk {
  source_lanes: u32, // floats of a row of `activations`
  source_units: u32, // neurons of the ablated layer: rows of one network in `transposed`
  unit_quads: u32,   // quads of a row of `transposed` and `state`
  units: u32,        // units of z
  classes: u32,
  stride: u32,       // neurons removed between two evaluations
  slab_rows: u32,    // rows of one slab of `activations` and `outputs`
  state_rows: u32,   // rows of one slab of `state`: one more, for lanes that go along without a sample
  walk_length: u32,  // entries of one row of `walks`
  neurons: u32,      // neurons that the order removes
  blocks: u32,       // row length of `tallies`
}
struct Part {
  first: u32,            // first sample, a multiple of BLOCK; a row of `labels`
  count: u32,            // samples
  first_evaluation: u32, // evaluations done before
  evaluations: u32,      // evaluations in this part
  jobs: u32,             // jobs of this dispatch
}

@group(0) @binding(0) var<uniform> walk: Walk;
@group(0) @binding(1) var<uniform> part: Part;
// Entry 0 of a row: (network, first row of `tallies`). Then per removal: (neuron or NONE, bits of its replacement c).
@group(0) @binding(2) var<storage, read> walks: array<vec2<u32>>;          // [jobs, walk_length]
@group(0) @binding(3) var<storage, read> activations: array<f32>;          // [networks, slab_rows, source_lanes]
@group(0) @binding(4) var<storage, read> transposed: array<vec4<f32>>;     // [networks, source_units, unit_quads]
@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>;    // [jobs, state_rows, unit_quads]
@group(0) @binding(6) var<storage, read> labels: array<u32>;               // [samples]
@group(0) @binding(7) var<storage, read_write> tallies: array<vec2<f32>>;  // [evaluations, blocks]
// Row k < units: weights of unit k to the classes, 3 quads; row `units`: biases; rows above: 0.
@group(0) @binding(8) var<storage, read> product: array<vec4<f32>>;        // [networks, unit_lanes, class_quads]
// Quad pairs: (positions of 4 units in the order, bits of their replacements).
@group(0) @binding(9) var<storage, read> masks: array<vec4<u32>>;          // [jobs, pairs]
@group(0) @binding(10) var<storage, read_write> outputs: array<vec4<f32>>; // [slabs, slab_rows, unit_quads]

fn activate(z: vec4<f32>) -> vec4<f32> {
  if (ACTIVATION == 1u) {
    let e = exp(-abs(z));
    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);
  }
  if (ACTIVATION == 2u) {
    let e = exp(-2.0 * abs(z));
    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));
  }
  if (ACTIVATION == 3u) { return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); }
  return z;
}

// Neurons removed at an evaluation.
fn removed_at(evaluation: u32) -> u32 {
  return min(select(evaluation * walk.stride, evaluation, EVERY_STEP), walk.neurons);
}

// (t - c) of a removal for one sample; 0 where the neuron lies in another layer.
fn difference(removal: vec2<u32>, row: u32) -> f32 {
  if (removal.x == NONE) { return 0.0; }
  return activations[row * walk.source_lanes + removal.x] - bitcast<f32>(removal.y);
}

// First quad of the removed neuron's outgoing weights.
fn outgoing(removal: vec2<u32>, network: u32) -> u32 {
  return (network * walk.source_units + min(removal.x, walk.source_units - 1u)) * walk.unit_quads;
}

// (1 if the label's logit is the first of the highest, bits of the cross-entropy)
fn tally(a: vec4<f32>, b: vec4<f32>, c: vec4<f32>, label: u32) -> vec2<f32> {
  let lane = vec4<u32>(0u, 1u, 2u, 3u);
  let nothing = vec4<f32>(-3.0e38);
  let l0 = select(nothing, a, lane < vec4<u32>(walk.classes));
  let l1 = select(nothing, b, lane + 4u < vec4<u32>(walk.classes));
  let l2 = select(nothing, c, lane + 8u < vec4<u32>(walk.classes));
  let m = max(max(l0, l1), l2);
  let highest = max(max(m.x, m.y), max(m.z, m.w));
  let e = exp(l0 - highest) + exp(l1 - highest) + exp(l2 - highest);
  let far = vec4<u32>(99u);
  let top = vec4<f32>(highest);
  let f = min(min(select(far, lane, l0 == top), select(far, lane + 4u, l1 == top)), select(far, lane + 8u, l2 == top));
  let best = min(min(f.x, f.y), min(f.z, f.w));
  let none = vec4<f32>(0.0);
  let own = select(none, l0, lane == vec4<u32>(label)) + select(none, l1, lane + 4u == vec4<u32>(label))
    + select(none, l2, lane + 8u == vec4<u32>(label));
  let loss = log(e.x + e.y + e.z + e.w) + highest - (own.x + own.y + own.z + own.w);
  return vec2<f32>(select(0.0, 1.0, best == label), loss);
}

fn write_tally(job: u32, place: u32, evaluation: u32, value: vec2<f32>) {
  let row = walks[job * walk.walk_length].y + part.first_evaluation + evaluation;
  let slot = row * walk.blocks + part.first / BLOCK + place;
  tallies[slot] = value;
}

#if SUBGROUP
#if LANES_4
const WALKERS: u32 = 4u;
#else
const WALKERS: u32 = 8u;
#endif
#else
const WALKERS: u32 = 32u;
#endif

// Up to three quads of logits.
struct Logits {
  a: vec4<f32>,
  b: vec4<f32>,
  c: vec4<f32>,
}

// Outgoing weights of a removal to the logits, d times; quads past the last one repeat it and are never tallied.
fn removal_effect(removal: vec2<u32>, network: u32, row: u32, lane: u32) -> Logits {
  let d = difference(removal, row);
  let first = outgoing(removal, network);
  let last = walk.unit_quads - 1u;
#if SUBGROUP
  let own = transposed[first + min(lane & 3u, last)];
  return Logits(d * subgroupBroadcast(own, 0u), d * subgroupBroadcast(own, 1u), d * subgroupBroadcast(own, 2u));
#else
  return Logits(d * transposed[first], d * transposed[first + min(1u, last)], d * transposed[first + min(2u, last)]);
#endif
}

// Grid: x = blocks, y = jobs. STEPS = 16.
@compute @workgroup_size(WALKERS)
#if SUBGROUP
fn walk_tally(@builtin(global_invocation_id) id: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
#else
fn walk_tally(@builtin(global_invocation_id) id: vec3<u32>) {
  let lane = 0u;
#endif
  let start = id.x * BLOCK;
  let job = id.y;
  let head = job * walk.walk_length;
  let network = walks[head].x;
  let last = walk.unit_quads - 1u;
  var totals = array<vec2<f32>, 16>();
  // Lanes past the last sample go along, for the others' broadcasts, and count nothing.
  for (var i = 0u; i < min(BLOCK, part.count); i++) {
    let present = start + i < part.count;
    let s = min(start + i, part.count - 1u);
    let row = network * walk.slab_rows + s;
    let slot = (job * walk.state_rows + select(walk.state_rows - 1u, s, present)) * walk.unit_quads;
    let intact = Logits(state[slot], state[slot + min(1u, last)], state[slot + min(2u, last)]);
    var now = intact;
    let label = labels[part.first + s];
    var at = removed_at(max(part.first_evaluation, 1u) - 1u);
    for (var e = 0u; e < part.evaluations; e++) {
#if SINGLE
      now = intact;
#endif
      for (; at < removed_at(part.first_evaluation + e); at++) {
        let effect = removal_effect(walks[head + 1u + at], network, row, lane);
        now.a -= effect.a;
        now.b -= effect.b;
        now.c -= effect.c;
      }
      totals[e] += select(vec2<f32>(0.0), tally(now.a, now.b, now.c, label), present);
    }
#if SINGLE
#else
    state[slot] = now.a;
    if (walk.unit_quads > 1u) { state[slot + 1u] = now.b; }
    if (walk.unit_quads > 2u) { state[slot + 2u] = now.c; }
#endif
  }
  if (start >= part.count) { return; }
  for (var e = 0u; e < part.evaluations; e++) { write_tally(job, id.x, e, totals[e]); }
}

// Units past the last one are padding: the homogeneous 1, then zeros (see forward.wgsl).
fn with_padding(values: vec4<f32>, quad: u32) -> vec4<f32> {
  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), unit == vec4<u32>(walk.units));
  return select(padding, values, unit < vec4<u32>(walk.units));
}

// The removal before evaluation `e` of this part when one neuron is removed at a time; NONE where there is none.
fn single_removal(head: u32, e: u32) -> vec2<u32> {
  let evaluation = part.first_evaluation + e;
  if (evaluation == 0u || evaluation > walk.neurons || e >= part.evaluations) { return vec2<u32>(NONE, 0u); }
  return walks[head + evaluation];
}

// z after the removals before evaluation `e`: one of difference d and outgoing weights w, or `stride` of them.
fn advanced(z: vec4<f32>, d: f32, w: vec4<f32>, e: u32, head: u32, network: u32, row: u32, quad: u32) -> vec4<f32> {
  if (EVERY_STEP) { return z - d * w; }
  var moved = z;
  let evaluation = part.first_evaluation + e;
  for (var at = removed_at(max(evaluation, 1u) - 1u); at < removed_at(evaluation); at++) {
    let removal = walks[head + 1u + at];
    moved -= difference(removal, row) * transposed[outgoing(removal, network) + quad];
  }
  return moved;
}

// A quad of units: where the order removes them, and what they are from then on.
struct UnitMask {
  positions: vec4<u32>,
  constants: vec4<f32>,
}

fn unit_mask(job: u32, quad: u32, lane: u32) -> UnitMask {
#if MASKED
  let at = (job * walk.unit_quads + quad) * 2u;
#if SUBGROUP
  let own = masks[at + (lane & 1u)];
  return UnitMask(subgroupBroadcast(own, 0u), bitcast<vec4<f32>>(subgroupBroadcast(own, 1u)));
#else
  return UnitMask(masks[at], bitcast<vec4<f32>>(masks[at + 1u]));
#endif
#else
  return UnitMask(vec4<u32>(NONE), vec4<f32>(0.0));
#endif
}

fn unit_values(z: vec4<f32>, mask: UnitMask, quad: u32, e: u32) -> vec4<f32> {
  let value = activate(z);
#if MASKED
  let removed = mask.positions < vec4<u32>(removed_at(part.first_evaluation + e));
  return with_padding(select(value, mask.constants, removed), quad);
#else
  return with_padding(value, quad);
#endif
}

// Grid: x = blocks, y = jobs. STEPS = 4: as many evaluations share each load of `product` and of the state.
@compute @workgroup_size(WALKERS)
#if SUBGROUP
fn walk_product(@builtin(global_invocation_id) id: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
#else
fn walk_product(@builtin(global_invocation_id) id: vec3<u32>) {
  let lane = 0u;
#endif
  let start = id.x * BLOCK;
  let job = id.y;
  let head = job * walk.walk_length;
  let network = walks[head].x;
  let n0 = single_removal(head, 0u);
  let n1 = single_removal(head, 1u);
  let n2 = single_removal(head, 2u);
  let n3 = single_removal(head, 3u);
#if SUBGROUP
  let o01 = select(outgoing(n0, network), outgoing(n1, network), (lane & 1u) == 1u);
  let o23 = select(outgoing(n2, network), outgoing(n3, network), (lane & 1u) == 1u);
  let own_row = select(o01, o23, (lane & 2u) == 2u);
#else
  let o0 = outgoing(n0, network);
  let o1 = outgoing(n1, network);
  let o2 = outgoing(n2, network);
  let o3 = outgoing(n3, network);
#endif
  var totals = array<vec2<f32>, 4>();
  // Lanes past the last sample go along, for the others' broadcasts, and count nothing.
  for (var i = 0u; i < min(BLOCK, part.count); i++) {
    let s = min(start + i, part.count - 1u);
    let row = network * walk.slab_rows + s;
    let present = start + i < part.count;
    let slot = (job * walk.state_rows + select(walk.state_rows - 1u, s, present)) * walk.unit_quads;
    let d0 = difference(n0, row);
    let d1 = difference(n1, row);
    let d2 = difference(n2, row);
    let d3 = difference(n3, row);
    var y0a = vec4<f32>(0.0); var y0b = vec4<f32>(0.0); var y0c = vec4<f32>(0.0);
    var y1a = vec4<f32>(0.0); var y1b = vec4<f32>(0.0); var y1c = vec4<f32>(0.0);
    var y2a = vec4<f32>(0.0); var y2b = vec4<f32>(0.0); var y2c = vec4<f32>(0.0);
    var y3a = vec4<f32>(0.0); var y3b = vec4<f32>(0.0); var y3c = vec4<f32>(0.0);
    for (var k = 0u; k < walk.unit_quads; k++) {
      let p = (network * walk.unit_quads + k) * 12u;
#if SUBGROUP
      let own = transposed[own_row + k];
      let w0 = subgroupBroadcast(own, 0u);
      let w1 = subgroupBroadcast(own, 1u);
      let w2 = subgroupBroadcast(own, 2u);
      let w3 = subgroupBroadcast(own, 3u);
      let q0 = product[p + (lane & 3u)];
      let q1 = product[p + 4u + (lane & 3u)];
      let q2 = product[p + 8u + (lane & 3u)];
      let pa = mat4x4<f32>(subgroupBroadcast(q0, 0u), subgroupBroadcast(q0, 3u), subgroupBroadcast(q1, 2u), subgroupBroadcast(q2, 1u));
      let pb = mat4x4<f32>(subgroupBroadcast(q0, 1u), subgroupBroadcast(q1, 0u), subgroupBroadcast(q1, 3u), subgroupBroadcast(q2, 2u));
      let pc = mat4x4<f32>(subgroupBroadcast(q0, 2u), subgroupBroadcast(q1, 1u), subgroupBroadcast(q2, 0u), subgroupBroadcast(q2, 3u));
#else
      let w0 = transposed[o0 + k];
      let w1 = transposed[o1 + k];
      let w2 = transposed[o2 + k];
      let w3 = transposed[o3 + k];
      let pa = mat4x4<f32>(product[p], product[p + 3u], product[p + 6u], product[p + 9u]);
      let pb = mat4x4<f32>(product[p + 1u], product[p + 4u], product[p + 7u], product[p + 10u]);
      let pc = mat4x4<f32>(product[p + 2u], product[p + 5u], product[p + 8u], product[p + 11u]);
#endif
      let mask = unit_mask(job, k, lane);
      let z = state[slot + k];
#if SINGLE
      let z0 = z - d0 * w0;
      let z1 = z - d1 * w1;
      let z2 = z - d2 * w2;
      let z3 = z - d3 * w3;
#else
      let z0 = advanced(z, d0, w0, 0u, head, network, row, k);
      let z1 = advanced(z0, d1, w1, 1u, head, network, row, k);
      let z2 = advanced(z1, d2, w2, 2u, head, network, row, k);
      let z3 = advanced(z2, d3, w3, 3u, head, network, row, k);
      state[slot + k] = z3;
#endif
      let t0 = unit_values(z0, mask, k, 0u);
      let t1 = unit_values(z1, mask, k, 1u);
      let t2 = unit_values(z2, mask, k, 2u);
      let t3 = unit_values(z3, mask, k, 3u);
      y0a += pa * t0; y0b += pb * t0; y0c += pc * t0;
      y1a += pa * t1; y1b += pb * t1; y1c += pc * t1;
      y2a += pa * t2; y2b += pb * t2; y2c += pc * t2;
      y3a += pa * t3; y3b += pb * t3; y3c += pc * t3;
    }
    if (present) {
      var y = array<vec4<f32>, 12>(y0a, y0b, y0c, y1a, y1b, y1c, y2a, y2b, y2c, y3a, y3b, y3c);
      let label = labels[part.first + s];
      for (var e = 0u; e < part.evaluations; e++) { totals[e] += tally(y[3u * e], y[3u * e + 1u], y[3u * e + 2u], label); }
    }
  }
  if (start >= part.count) { return; }
  for (var e = 0u; e < part.evaluations; e++) { write_tally(job, id.x, e, totals[e]); }
}

// Grid: x = quads of units, y = samples, z = jobs. Slab e * part.jobs + j of `outputs` is job j at evaluation e.
@compute @workgroup_size(8, 8)
fn walk_layer(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= walk.unit_quads || id.y >= part.count) { return; }
  let head = id.z * walk.walk_length;
  let network = walks[head].x;
  let row = network * walk.slab_rows + id.y;
  let slot = (id.z * walk.state_rows + id.y) * walk.unit_quads + id.x;
  let start = state[slot];
  var z = start;
  for (var e = 0u; e < part.evaluations; e++) {
#if SINGLE
    z = start;
#endif
    let evaluation = part.first_evaluation + e;
    for (var at = removed_at(max(evaluation, 1u) - 1u); at < removed_at(evaluation); at++) {
      let removal = walks[head + 1u + at];
      z -= difference(removal, row) * transposed[outgoing(removal, network) + id.x];
    }
    let place = ((e * part.jobs + id.z) * walk.slab_rows + id.y) * walk.unit_quads + id.x;
    outputs[place] = with_padding(activate(z), id.x);
  }
#if SINGLE
#else
  state[slot] = z;
#endif
}
