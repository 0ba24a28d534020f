// Cumulative ablation at rank-one cost: a curve is a walk of one sample along an order of removal.
//   state[slab, s, k] holds z_k, the pre-activations above the ablated layer: slab r those of the intact network r, from which
//   walks start, and slab walk.networks + j those of job j so far (behind the last job's, one for walkers without a sample).
//   Removing neuron n replaces its output t_n by c_n:
//   z_k -= (t_n - c_n) * transposed[n, k],  and only what lies above is computed again. Three ways up:
//   walk_tally:   z are the logits; each evaluation is tallied at once                        (last hidden layer)
//   walk_product: logits = product[bias] + sum_k act(z_k) * product[k]; tallied at once        (one below that)
//   walk_layer:   outputs[step, j, s, k] = act(z_k), for forward.wgsl to carry on from           (deeper networks)
// Tallies are as in tally.wgsl: per block of 64 samples the correct predictions (a whole number) and the summed cross-entropy,
// added in the order of the samples. Evaluation 0 removes none. SINGLE: every evaluation starts from the intact network, so
// each neuron is removed alone, and jobs have no slab of their own.
// Every value has one owner: a job's block of 64 samples, or a quad of units. No atomics, exact counts.
// - plain, for GPUs: a workgroup owns a block, an invocation one sample; the block's tallies meet in workgroup memory.
// - SUBGROUP, with LANES_4 or LANES_8, for software adapters: no barriers; a workgroup is one subgroup, its lanes are blocks of
//   one job, and what they share is loaded by one lane and broadcast (see forward.wgsl).
// Eight steps share each load of weights and state: they are written out, since an array would not stay in registers.
// MASKED (walk_product): units of z are removed too (joint orders). Where a step removes one of z, they read as their
// replacement from then on; evaluations between two such steps remove units alone, which changes the logits by
// (c_k - act(z_k)) * product[k] and nothing else.
// Preconditions: CLASSES <= 12 and walk.stride = 1 in walk_tally and walk_product; part.steps <= 8 in walk_tally.
// Variants: "", MASKED, SINGLE; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8.

#if SUBGROUP
enable subgroups;
#endif

override ACTIVATION: u32 = 0u; // of walk_product and walk_layer: 0 identity, 1 sigmoid, 2 tanh, 3 relu
override CLASSES: u32 = 12u; // of walk_tally and walk_product

const BLOCK: u32 = 64u;
const LOWEST: f32 = -3.0e38; // below every logit
// An order's entry for a neuron of another layer. walk_product: with UPPER, unit k of z; else nothing to update here.
const NONE: u32 = 0xffffffffu;
const UPPER: u32 = 0x80000000u;

struct Walk {
  source_lanes: u32, // floats of a row of `activations`
  source_units: u32, // neurons of the ablated layer: rows of one network in `transposed`
  unit_quads: u32,   // quads of a row of `transposed` and `state`
  units: u32,        // units of z
  stride: u32,       // neurons removed between two evaluations
  slab_rows: u32,    // rows of one slab of `activations`, `state` and `outputs`
  walk_length: u32,  // entries of one row of `walks`
  neurons: u32,      // neurons that the order removes
  steps: u32,        // walk_product: steps of a walk, at most
  networks: u32,     // slabs of `state` before those of the jobs
  blocks: u32,       // row length of `tallies`
}
struct Part {
  first: u32,      // first sample, a multiple of BLOCK; a row of `labels`
  count: u32,      // samples
  first_step: u32, // steps done before: evaluations, in walk_tally and walk_layer
  steps: u32,      // steps in this part
  jobs: u32,       // jobs of this dispatch
}

@group(0) @binding(0) var<uniform> walk: Walk;
@group(0) @binding(1) var<uniform> part: Part;
// Entry 0 of a row: (network, first row of `tallies`). Then per removal: (neuron, or UPPER | unit, or NONE; bits of its
// replacement c). walk_product: then per step two entries, (removals done before, and after it) and (evaluation that follows
// it, evaluations after that one and before the next step).
@group(0) @binding(2) var<storage, read> walks: array<vec2<u32>>;          // [jobs, walk_length]
@group(0) @binding(3) var<storage, read> activations: array<f32>;          // [networks, slab_rows, source_lanes]
@group(0) @binding(4) var<storage, read> transposed: array<vec4<f32>>;     // [networks, source_units, unit_quads]
@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>;    // [networks_and_jobs, slab_rows, unit_quads]
@group(0) @binding(6) var<storage, read> labels: array<u32>;               // [samples]
@group(0) @binding(7) var<storage, read_write> tallies: array<vec2<f32>>;  // [evaluations, blocks]
// Row k < units: weights of unit k to the classes, 3 quads; rows above: 0; the last row, 4 unit_quads: biases.
@group(0) @binding(8) var<storage, read> product: array<vec4<f32>>;        // [networks, unit_lanes_and_bias, class_quads]
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
  return min(evaluation * walk.stride, walk.neurons);
}

// (t - c) of a removal for one sample; 0 where the neuron lies in another layer.
fn difference(removal: vec2<u32>, row: u32) -> f32 {
  if (removal.x >= UPPER) { return 0.0; }
  return activations[row * walk.source_lanes + removal.x] - bitcast<f32>(removal.y);
}

// First quad of the removed neuron's outgoing weights.
fn outgoing(removal: vec2<u32>, network: u32) -> u32 {
  return (network * walk.source_units + min(removal.x, walk.source_units - 1u)) * walk.unit_quads;
}

// First quads of a sample's rows of `state`: to read from, and to write to. Walkers without a sample share the last slab.
struct Place {
  source: u32,
  own: u32,
}

fn place_of(job: u32, network: u32, sample: u32, present: bool) -> Place {
  let intact = (network * walk.slab_rows + sample) * walk.unit_quads;
#if SINGLE
  return Place(intact, intact);
#else
  let own = ((walk.networks + select(part.jobs, job, present)) * walk.slab_rows + sample) * walk.unit_quads;
  return Place(select(own, intact, part.first_step == 0u), own);
#endif
}

// Three quads of logits.
struct Logits {
  a: vec4<f32>,
  b: vec4<f32>,
  c: vec4<f32>,
}

// Lanes of a quad that hold classes, the others as `nothing`. CLASSES is known to the compiler, so nothing is computed of these.
fn classes_of(quad: vec4<f32>, first: u32, nothing: f32) -> vec4<f32> {
  return select(vec4<f32>(nothing), quad, vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(CLASSES));
}

// (1 if the label's logit is the first of the highest, the cross-entropy)
fn tally(logits: Logits, label: u32) -> vec2<f32> {
  let lane = vec4<u32>(0u, 1u, 2u, 3u);
  let l0 = classes_of(logits.a, 0u, LOWEST);
  let l1 = classes_of(logits.b, 4u, LOWEST);
  let l2 = classes_of(logits.c, 8u, LOWEST);
  let m = max(max(l0, l1), l2);
  let highest = max(max(m.x, m.y), max(m.z, m.w));
  let e = classes_of(exp(l0 - highest), 0u, 0.0) + classes_of(exp(l1 - highest), 4u, 0.0)
    + classes_of(exp(l2 - highest), 8u, 0.0);
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

fn tally_slot(job: u32, place: u32, evaluation: u32) -> u32 {
  return (walks[job * walk.walk_length].y + evaluation) * walk.blocks + part.first / BLOCK + place;
}

#if SUBGROUP
#if LANES_4
const WALKERS: u32 = 4u;
#else
const WALKERS: u32 = 8u;
#endif
const WALKED: u32 = BLOCK; // samples of an invocation

// A quad that each of lanes 0 to 7 loaded, by lane; `high` is what lanes 4 to 7 would have loaded, where there are only four.
fn lane_0(low: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(low, 0u); }
fn lane_1(low: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(low, 1u); }
fn lane_2(low: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(low, 2u); }
fn lane_3(low: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(low, 3u); }
#if LANES_4
fn lane_4(low: vec4<f32>, high: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(high, 0u); }
fn lane_5(low: vec4<f32>, high: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(high, 1u); }
fn lane_6(low: vec4<f32>, high: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(high, 2u); }
fn lane_7(low: vec4<f32>, high: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(high, 3u); }
#else
fn lane_4(low: vec4<f32>, high: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(low, 4u); }
fn lane_5(low: vec4<f32>, high: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(low, 5u); }
fn lane_6(low: vec4<f32>, high: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(low, 6u); }
fn lane_7(low: vec4<f32>, high: vec4<f32>) -> vec4<f32> { return subgroupBroadcast(low, 7u); }
#endif
#else
const WALKERS: u32 = 64u; // a block
const WALKED: u32 = 1u;
#endif

// Evaluations that wait to be added up over their block, a row each; odd rows, so that no two share a bank.
#if SUBGROUP
#else
const ROW: u32 = BLOCK + 1u;
var<workgroup> waiting: array<vec2<f32>, 520>;

// Adds up the first `count` rows, in the order of the samples, as evaluations `first` and on.
fn add_up(job: u32, place: u32, first: u32, count: u32, walker: u32) {
  workgroupBarrier();
  if (walker < count) {
    var total = vec2<f32>(0.0);
    for (var i = 0u; i < BLOCK; i++) { total += waiting[walker * ROW + i]; }
    let slot = tally_slot(job, place, first + walker);
    tallies[slot] = total;
  }
  workgroupBarrier();
}
#endif

fn minus(logits: Logits, d: f32, w: Logits) -> Logits {
  return Logits(logits.a - d * w.a, logits.b - d * w.b, logits.c - d * w.c);
}

// The removal between the evaluation before this one and it; NONE where there is none.
fn removal_before(head: u32, evaluation: u32) -> vec2<u32> {
  if (evaluation == 0u || evaluation > walk.neurons) { return vec2<u32>(NONE, 0u); }
  return walks[head + evaluation];
}

#if SUBGROUP
// Outgoing weights to the logits of the removals of lanes 0 to 7; quads past the last one repeat it and are never tallied.
struct Effects {
  low: Logits,
  high: Logits,
}

fn removal_effects(head: u32, network: u32, lane: u32) -> Effects {
  let last = walk.unit_quads - 1u;
  let low = outgoing(removal_before(head, part.first_step + lane), network);
  let own = Logits(transposed[low], transposed[low + min(1u, last)], transposed[low + min(2u, last)]);
#if LANES_4
  let high = outgoing(removal_before(head, part.first_step + 4u + lane), network);
  return Effects(own, Logits(transposed[high], transposed[high + min(1u, last)], transposed[high + min(2u, last)]));
#else
  return Effects(own, own);
#endif
}

// Grid: x = blocks, y = jobs.
@compute @workgroup_size(WALKERS)
fn walk_tally(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(workgroup_id) tile: vec3<u32>,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let start = id.x * BLOCK;
  let job = tile.y;
  let head = job * walk.walk_length;
  let network = walks[head].x;
  let last = walk.unit_quads - 1u;
  let n0 = removal_before(head, part.first_step);
  let n1 = removal_before(head, part.first_step + 1u);
  let n2 = removal_before(head, part.first_step + 2u);
  let n3 = removal_before(head, part.first_step + 3u);
  let n4 = removal_before(head, part.first_step + 4u);
  let n5 = removal_before(head, part.first_step + 5u);
  let n6 = removal_before(head, part.first_step + 6u);
  let n7 = removal_before(head, part.first_step + 7u);
  let own = removal_effects(head, network, lane);
  let w0 = Logits(lane_0(own.low.a), lane_0(own.low.b), lane_0(own.low.c));
  let w1 = Logits(lane_1(own.low.a), lane_1(own.low.b), lane_1(own.low.c));
  let w2 = Logits(lane_2(own.low.a), lane_2(own.low.b), lane_2(own.low.c));
  let w3 = Logits(lane_3(own.low.a), lane_3(own.low.b), lane_3(own.low.c));
  let w4 = Logits(lane_4(own.low.a, own.high.a), lane_4(own.low.b, own.high.b), lane_4(own.low.c, own.high.c));
  let w5 = Logits(lane_5(own.low.a, own.high.a), lane_5(own.low.b, own.high.b), lane_5(own.low.c, own.high.c));
  let w6 = Logits(lane_6(own.low.a, own.high.a), lane_6(own.low.b, own.high.b), lane_6(own.low.c, own.high.c));
  let w7 = Logits(lane_7(own.low.a, own.high.a), lane_7(own.low.b, own.high.b), lane_7(own.low.c, own.high.c));
  var t0 = vec2<f32>(0.0); var t1 = vec2<f32>(0.0); var t2 = vec2<f32>(0.0); var t3 = vec2<f32>(0.0);
  var t4 = vec2<f32>(0.0); var t5 = vec2<f32>(0.0); var t6 = vec2<f32>(0.0); var t7 = vec2<f32>(0.0);
  // Lanes past the last sample go along, for the others' broadcasts, and count nothing.
  for (var i = 0u; i < min(BLOCK, part.count); i++) {
    let present = start + i < part.count;
    let s = min(start + i, part.count - 1u);
    let row = network * walk.slab_rows + s;
    let place = place_of(job, network, s, present);
    let intact = Logits(state[place.source], state[place.source + min(1u, last)], state[place.source + min(2u, last)]);
    let label = labels[part.first + s];
    let one = select(0.0, 1.0, present);
    var now = intact;
#if SINGLE
    t0 += one * tally(minus(intact, difference(n0, row), w0), label);
    t1 += one * tally(minus(intact, difference(n1, row), w1), label);
    t2 += one * tally(minus(intact, difference(n2, row), w2), label);
    t3 += one * tally(minus(intact, difference(n3, row), w3), label);
    t4 += one * tally(minus(intact, difference(n4, row), w4), label);
    t5 += one * tally(minus(intact, difference(n5, row), w5), label);
    t6 += one * tally(minus(intact, difference(n6, row), w6), label);
    t7 += one * tally(minus(intact, difference(n7, row), w7), label);
#else
    now = minus(now, difference(n0, row), w0); t0 += one * tally(now, label);
    now = minus(now, difference(n1, row), w1); t1 += one * tally(now, label);
    now = minus(now, difference(n2, row), w2); t2 += one * tally(now, label);
    now = minus(now, difference(n3, row), w3); t3 += one * tally(now, label);
    now = minus(now, difference(n4, row), w4); t4 += one * tally(now, label);
    now = minus(now, difference(n5, row), w5); t5 += one * tally(now, label);
    now = minus(now, difference(n6, row), w6); t6 += one * tally(now, label);
    now = minus(now, difference(n7, row), w7); t7 += one * tally(now, label);
#endif
#if SINGLE
#else
    state[place.own] = now.a;
    if (walk.unit_quads > 1u) { state[place.own + 1u] = now.b; }
    if (walk.unit_quads > 2u) { state[place.own + 2u] = now.c; }
#endif
  }
  if (start >= part.count) { return; }
  var totals = array<vec2<f32>, 8>(t0, t1, t2, t3, t4, t5, t6, t7);
  for (var e = 0u; e < part.steps; e++) {
    let slot = tally_slot(job, id.x, part.first_step + e);
    tallies[slot] = totals[e];
  }
}
#else
// Grid: x = samples, y = jobs.
@compute @workgroup_size(WALKERS)
fn walk_tally(@builtin(workgroup_id) tile: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let sample = tile.x * BLOCK + local.x;
  let job = tile.y;
  let head = job * walk.walk_length;
  let network = walks[head].x;
  let present = sample < part.count;
  let s = min(sample, part.count - 1u);
  let row = network * walk.slab_rows + s;
  let place = place_of(job, network, s, present);
  let last = walk.unit_quads - 1u;
  let intact = Logits(state[place.source], state[place.source + min(1u, last)], state[place.source + min(2u, last)]);
  let label = labels[part.first + s];
  var now = intact;
  for (var e = 0u; e < part.steps; e++) {
    let evaluation = part.first_step + e;
#if SINGLE
    now = intact;
#endif
    let removal = removal_before(head, evaluation);
    let w = outgoing(removal, network);
    let effect = Logits(transposed[w], transposed[w + min(1u, last)], transposed[w + min(2u, last)]);
    now = minus(now, difference(removal, row), effect);
    waiting[e * ROW + local.x] = select(vec2<f32>(0.0), tally(now, label), present);
  }
#if SINGLE
#else
  if (present) {
    state[place.own] = now.a;
    if (walk.unit_quads > 1u) { state[place.own + 1u] = now.b; }
    if (walk.unit_quads > 2u) { state[place.own + 2u] = now.c; }
  }
#endif
  add_up(job, tile.x, part.first_step, part.steps, local.x);
}
#endif

// Units past the last one are padding: the homogeneous 1, then zeros (see forward.wgsl).
fn with_padding(values: vec4<f32>, quad: u32) -> vec4<f32> {
  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), unit == vec4<u32>(walk.units));
  return select(padding, values, unit < vec4<u32>(walk.units));
}

// A step of walk_product: removals [begin, end) of the order, then an evaluation (NONE: no such step), then `upper` more.
struct Step {
  begin: u32,
  end: u32,
  evaluation: u32,
  upper: u32,
}

fn step_of(head: u32, step: u32) -> Step {
  if (step >= walk.steps) { return Step(walk.neurons, walk.neurons, NONE, 0u); }
  let at = head + 1u + walk.neurons + 2u * step;
  let removals = walks[at];
  let evaluations = walks[at + 1u];
  return Step(removals.x, removals.y, evaluations.x, evaluations.y);
}

// The only removal of a step; NONE where it has none.
fn step_removal(head: u32, step: Step) -> vec2<u32> {
  if (step.begin == step.end) { return vec2<u32>(NONE, 0u); }
  return walks[head + 1u + step.begin];
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

// Units once the first `removed` neurons of the order are gone.
fn unit_values(z: vec4<f32>, mask: UnitMask, removed: u32) -> vec4<f32> {
#if MASKED
  return select(activate(z), mask.constants, mask.positions < vec4<u32>(removed));
#else
  return activate(z);
#endif
}

#if MASKED
// z of one unit after the removals before `end`, from `state`, which holds it after those before `done`.
fn unit_before(slot: u32, unit: u32, end: u32, done: u32, head: u32, network: u32, row: u32) -> f32 {
  var z = state[slot + unit / 4u][unit % 4u];
  for (var at = end; at < done; at++) {
    let removal = walks[head + 1u + at];
    z += difference(removal, row) * transposed[outgoing(removal, network) + unit / 4u][unit % 4u];
  }
  return z;
}
#endif

// Grid: x = blocks (plain: samples), y = jobs.
@compute @workgroup_size(WALKERS)
fn walk_product(
  @builtin(workgroup_id) tile: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
#if SUBGROUP
  @builtin(subgroup_invocation_id) lane: u32,
#endif
) {
#if SUBGROUP
  let own_block = tile.x * WALKERS + lane;
  let start = own_block * BLOCK;
#else
  let lane = 0u;
  let own_block = tile.x;
  let start = own_block * BLOCK + local.x;
  var rows = 0u;
#endif
  let job = tile.y;
  let head = job * walk.walk_length;
  let network = walks[head].x;
  let s0 = step_of(head, part.first_step);
  let s1 = step_of(head, part.first_step + 1u);
  let s2 = step_of(head, part.first_step + 2u);
  let s3 = step_of(head, part.first_step + 3u);
  let s4 = step_of(head, part.first_step + 4u);
  let s5 = step_of(head, part.first_step + 5u);
  let s6 = step_of(head, part.first_step + 6u);
  let s7 = step_of(head, part.first_step + 7u);
  let n0 = step_removal(head, s0);
  let n1 = step_removal(head, s1);
  let n2 = step_removal(head, s2);
  let n3 = step_removal(head, s3);
  let n4 = step_removal(head, s4);
  let n5 = step_removal(head, s5);
  let n6 = step_removal(head, s6);
  let n7 = step_removal(head, s7);
#if SUBGROUP
  let own_low = outgoing(step_removal(head, step_of(head, part.first_step + lane)), network);
#if LANES_4
  let own_high = outgoing(step_removal(head, step_of(head, part.first_step + 4u + lane)), network);
#endif
  var totals = array<vec2<f32>, 8>();
#endif
  var evaluations = array<u32, 8>(
    s0.evaluation, s1.evaluation, s2.evaluation, s3.evaluation, s4.evaluation, s5.evaluation, s6.evaluation, s7.evaluation,
  );
  var end = 0u; // of the evaluations of this part
  if (s0.evaluation != NONE) { end = s0.evaluation + 1u + s0.upper; }
  if (s1.evaluation != NONE) { end = s1.evaluation + 1u + s1.upper; }
  if (s2.evaluation != NONE) { end = s2.evaluation + 1u + s2.upper; }
  if (s3.evaluation != NONE) { end = s3.evaluation + 1u + s3.upper; }
  if (s4.evaluation != NONE) { end = s4.evaluation + 1u + s4.upper; }
  if (s5.evaluation != NONE) { end = s5.evaluation + 1u + s5.upper; }
  if (s6.evaluation != NONE) { end = s6.evaluation + 1u + s6.upper; }
  if (s7.evaluation != NONE) { end = s7.evaluation + 1u + s7.upper; }
  let bias = (network * (walk.unit_quads * 4u + 1u) + walk.unit_quads * 4u) * 3u;
  // Walkers past the last sample go along, for the others' broadcasts and barriers, and count nothing.
  for (var i = 0u; i < min(WALKED, part.count); i++) {
    let s = min(start + i, part.count - 1u);
    let row = network * walk.slab_rows + s;
    let present = start + i < part.count;
    let place = place_of(job, network, s, present);
    let d0 = difference(n0, row);
    let d1 = difference(n1, row);
    let d2 = difference(n2, row);
    let d3 = difference(n3, row);
    let d4 = difference(n4, row);
    let d5 = difference(n5, row);
    let d6 = difference(n6, row);
    let d7 = difference(n7, row);
    let ba = product[bias];
    let bb = product[bias + 1u];
    let bc = product[bias + 2u];
    var y0a = ba; var y0b = bb; var y0c = bc;
    var y1a = ba; var y1b = bb; var y1c = bc;
    var y2a = ba; var y2b = bb; var y2c = bc;
    var y3a = ba; var y3b = bb; var y3c = bc;
    var y4a = ba; var y4b = bb; var y4c = bc;
    var y5a = ba; var y5b = bb; var y5c = bc;
    var y6a = ba; var y6b = bb; var y6c = bc;
    var y7a = ba; var y7b = bb; var y7c = bc;
    for (var k = 0u; k < walk.unit_quads; k++) {
      let p = (network * (walk.unit_quads * 4u + 1u) + k * 4u) * 3u;
#if SUBGROUP
      let low = transposed[own_low + k];
#if LANES_4
      let high = transposed[own_high + k];
      let q0 = product[p + lane];
      let q1 = product[p + 4u + lane];
      let q2 = product[p + 8u + lane];
      let pa = mat4x4<f32>(lane_0(q0), lane_3(q0), lane_2(q1), lane_1(q2));
      let pb = mat4x4<f32>(lane_1(q0), lane_0(q1), lane_3(q1), lane_2(q2));
      let pc = mat4x4<f32>(lane_2(q0), lane_1(q1), lane_0(q2), lane_3(q2));
#else
      let high = low;
      let q0 = product[p + lane];
      let q2 = product[p + 8u + (lane & 3u)];
      let pa = mat4x4<f32>(lane_0(q0), lane_3(q0), lane_6(q0, q0), lane_1(q2));
      let pb = mat4x4<f32>(lane_1(q0), lane_4(q0, q0), lane_7(q0, q0), lane_2(q2));
      let pc = mat4x4<f32>(lane_2(q0), lane_5(q0, q0), lane_0(q2), lane_3(q2));
#endif
      let w0 = lane_0(low);
      let w1 = lane_1(low);
      let w2 = lane_2(low);
      let w3 = lane_3(low);
      let w4 = lane_4(low, high);
      let w5 = lane_5(low, high);
      let w6 = lane_6(low, high);
      let w7 = lane_7(low, high);
#else
      let w0 = transposed[outgoing(n0, network) + k];
      let w1 = transposed[outgoing(n1, network) + k];
      let w2 = transposed[outgoing(n2, network) + k];
      let w3 = transposed[outgoing(n3, network) + k];
      let w4 = transposed[outgoing(n4, network) + k];
      let w5 = transposed[outgoing(n5, network) + k];
      let w6 = transposed[outgoing(n6, network) + k];
      let w7 = transposed[outgoing(n7, network) + k];
      let pa = mat4x4<f32>(product[p], product[p + 3u], product[p + 6u], product[p + 9u]);
      let pb = mat4x4<f32>(product[p + 1u], product[p + 4u], product[p + 7u], product[p + 10u]);
      let pc = mat4x4<f32>(product[p + 2u], product[p + 5u], product[p + 8u], product[p + 11u]);
#endif
      let mask = unit_mask(job, k, lane);
      let z = state[place.source + k];
#if SINGLE
      let z0 = z - d0 * w0;
      let z1 = z - d1 * w1;
      let z2 = z - d2 * w2;
      let z3 = z - d3 * w3;
      let z4 = z - d4 * w4;
      let z5 = z - d5 * w5;
      let z6 = z - d6 * w6;
      let z7 = z - d7 * w7;
#else
      let z0 = z - d0 * w0;
      let z1 = z0 - d1 * w1;
      let z2 = z1 - d2 * w2;
      let z3 = z2 - d3 * w3;
      let z4 = z3 - d4 * w4;
      let z5 = z4 - d5 * w5;
      let z6 = z5 - d6 * w6;
      let z7 = z6 - d7 * w7;
      state[place.own + k] = z7;
#endif
      let v0 = unit_values(z0, mask, s0.end); y0a += pa * v0; y0b += pb * v0; y0c += pc * v0;
      let v1 = unit_values(z1, mask, s1.end); y1a += pa * v1; y1b += pb * v1; y1c += pc * v1;
      let v2 = unit_values(z2, mask, s2.end); y2a += pa * v2; y2b += pb * v2; y2c += pc * v2;
      let v3 = unit_values(z3, mask, s3.end); y3a += pa * v3; y3b += pb * v3; y3c += pc * v3;
      let v4 = unit_values(z4, mask, s4.end); y4a += pa * v4; y4b += pb * v4; y4c += pc * v4;
      let v5 = unit_values(z5, mask, s5.end); y5a += pa * v5; y5b += pb * v5; y5c += pc * v5;
      let v6 = unit_values(z6, mask, s6.end); y6a += pa * v6; y6b += pb * v6; y6c += pc * v6;
      let v7 = unit_values(z7, mask, s7.end); y7a += pa * v7; y7b += pb * v7; y7c += pc * v7;
    }
    var y = array<vec4<f32>, 24>(
      y0a, y0b, y0c, y1a, y1b, y1c, y2a, y2b, y2c, y3a, y3b, y3c,
      y4a, y4b, y4c, y5a, y5b, y5c, y6a, y6b, y6c, y7a, y7b, y7c,
    );
    let label = labels[part.first + s];
    let one = select(0.0, 1.0, present);
    var logits = Logits(y0a, y0b, y0c);
    var e = 0u; // steps whose evaluation is done
    // One loop for both kinds of evaluations, so that the tally is compiled once.
    for (var evaluation = s0.evaluation; evaluation < end; evaluation++) {
      let is_step = e < 8u && evaluations[min(e, 7u)] == evaluation;
      if (is_step) {
        logits = Logits(y[3u * e], y[3u * e + 1u], y[3u * e + 2u]);
        e++;
#if MASKED
      } else {
        let removal = walks[head + evaluation];
        let unit = removal.x & ~UPPER;
        let z = unit_before(place.own, unit, evaluation, s7.end, head, network, row);
        let weights = (network * (walk.unit_quads * 4u + 1u) + unit) * 3u;
        let d = activate(vec4<f32>(z)).x - bitcast<f32>(removal.y);
        logits = minus(logits, d, Logits(product[weights], product[weights + 1u], product[weights + 2u]));
#endif
      }
      let value = one * tally(logits, label);
#if SUBGROUP
      if (is_step) {
        totals[e - 1u] += value;
      } else {
        if (present) {
          let slot = tally_slot(job, own_block, evaluation);
          tallies[slot] = select(vec2<f32>(0.0), tallies[slot], i > 0u) + value;
        }
      }
#else
      waiting[rows * ROW + local.x] = value;
      rows++;
      if (rows == 8u || evaluation + 1u == end) {
        add_up(job, own_block, evaluation + 1u - rows, rows, local.x);
        rows = 0u;
      }
#endif
    }
  }
#if SUBGROUP
  if (start >= part.count) { return; }
  for (var e = 0u; e < 8u; e++) {
    if (evaluations[e] == NONE) { break; }
    let slot = tally_slot(job, own_block, evaluations[e]);
    tallies[slot] = totals[e];
  }
#endif
}

// Grid: x = quads of units, y = samples, z = jobs. Slab e * part.jobs + j of `outputs` is job j at evaluation e.
@compute @workgroup_size(8, 8)
fn walk_layer(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= walk.unit_quads || id.y >= part.count) { return; }
  let head = id.z * walk.walk_length;
  let network = walks[head].x;
  let row = network * walk.slab_rows + id.y;
  let place = place_of(id.z, network, id.y, true);
  let start = state[place.source + id.x];
  var z = start;
  for (var e = 0u; e < part.steps; e++) {
#if SINGLE
    z = start;
#endif
    let evaluation = part.first_step + e;
    for (var at = removed_at(max(evaluation, 1u) - 1u); at < removed_at(evaluation); at++) {
      let removal = walks[head + 1u + at];
      z -= difference(removal, row) * transposed[outgoing(removal, network) + id.x];
    }
    let slot = ((e * part.jobs + id.z) * walk.slab_rows + id.y) * walk.unit_quads + id.x;
    outputs[slot] = with_padding(activate(z), id.x);
  }
#if SINGLE
#else
  state[place.own + id.x] = z;
#endif
}
