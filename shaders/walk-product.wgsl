// Cumulative ablation of the hidden layer below the last one, or of both, at rank-one cost. With z as in parts/walk.wgsl:
//   logits = product[bias] + sum_k act(z_k) * product[k],  tallied at once.
// Every value has one owner, a job's block of 64 samples: no atomics, exact counts. Eight steps share each load of weights and
// state: they are written out, since an array would not stay in registers.
// - plain, for GPUs: a workgroup owns a block, an invocation one sample; the block's tallies meet in workgroup memory.
// - SUBGROUP, with LANES_4 or LANES_8, for software adapters: no barriers; a workgroup is one subgroup, its lanes are blocks of
//   one job, and what they share is loaded by one lane and broadcast (see forward.wgsl).
// MASKED: units of z are removed too (joint orders). A step moves a neuron of the lowest layer; evaluations between two steps
// move units alone, which changes the logits by (c_k - act(z_k)) * product[k], or back, and nothing else.
// SINGLE: see is_direct in parts/walk.wgsl.
// Preconditions: CLASSES <= 12; walk.lead = walk.stride = 1.
// Variants: "", MASKED, SINGLE; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8.

#if SUBGROUP
enable subgroups;
#endif

override ACTIVATION: u32 = 0u; // the numbers of src/gpu/kernels/activation.ts
override ALPHA: f32 = 0.0; // the parameter of leaky ReLU and ELU
override CLASSES: u32 = 12u;

const PART_STEPS: u32 = 8u; // steps of a part, written out below

#include "parts/walk.wgsl"
#include "parts/walk-tallies.wgsl"
#include "parts/activate.wgsl"

// Row k < units: weights of unit k to the classes, 3 quads; rows above: 0; the last row, 4 unit_quads: biases.
@group(0) @binding(8) var<storage, read> product: array<vec4<f32>>;        // [networks, unit_lanes_and_bias, class_quads]
// Quad pairs: (positions of 4 units in the order, bits of their replacements).
@group(0) @binding(9) var<storage, read> masks: array<vec4<u32>>;          // [jobs, pairs]

// A step of walk_product: moves [begin, end) of the walk, then an evaluation (NONE: no such step), then `upper` more.
struct Step {
  begin: u32,
  end: u32,
  evaluation: u32,
  upper: u32,
}

fn step_of(head: u32, step: u32) -> Step {
  if (step >= walk.steps) { return Step(walk.neurons, walk.neurons, NONE, 0u); }
  let at = head + HEADER + walk.neurons + 2u * step;
  let removals = walks[at];
  let evaluations = walks[at + 1u];
  return Step(removals.x, removals.y, evaluations.x, evaluations.y);
}

// For broadcasts, which take vectors.
fn words_of(step: Step) -> vec4<u32> {
  return vec4<u32>(step.begin, step.end, step.evaluation, step.upper);
}

fn step_in(words: vec4<u32>) -> Step {
  return Step(words.x, words.y, words.z, words.w);
}

// The only move of a step; NONE where it has none.
fn step_removal(head: u32, step: Step) -> vec2<u32> {
  if (step.begin == step.end) { return vec2<u32>(NONE, 0u); }
  return walks[head + HEADER + step.begin];
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

#if MASKED
// Neurons of the order that are gone after some moves of a walk.
fn gone_after(head: u32, moves: u32) -> u32 {
  let at_start = walks[head + 1u].y;
  return select(at_start - min(at_start, moves), moves, at_start == NONE);
}
#endif

#if MASKED
// What a move takes from z of one unit.
fn effect_on(unit: u32, moved: vec2<u32>, d: f32, network: u32) -> f32 {
  return d * transposed[outgoing(moved, network) + unit / 4u][unit % 4u];
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
#if SUBGROUP
  // One lane looks a step up for all.
  let own = step_of(head, part.first_step + lane);
  let own_removal = step_removal(head, own);
  let own_low = outgoing(own_removal, network);
  let low_step = words_of(own);
#if LANES_4
  let other = step_of(head, part.first_step + 4u + lane);
  let other_removal = step_removal(head, other);
  let own_high = outgoing(other_removal, network);
  let high_step = words_of(other);
#else
  let other_removal = own_removal;
  let high_step = low_step;
#endif
  let s0 = step_in(subgroupBroadcast(low_step, 0u));
  let s1 = step_in(subgroupBroadcast(low_step, 1u));
  let s2 = step_in(subgroupBroadcast(low_step, 2u));
  let s3 = step_in(subgroupBroadcast(low_step, 3u));
  let s4 = step_in(subgroupBroadcast(high_step, HIGH));
  let s5 = step_in(subgroupBroadcast(high_step, HIGH + 1u));
  let s6 = step_in(subgroupBroadcast(high_step, HIGH + 2u));
  let s7 = step_in(subgroupBroadcast(high_step, HIGH + 3u));
  let n0 = subgroupBroadcast(own_removal, 0u);
  let n1 = subgroupBroadcast(own_removal, 1u);
  let n2 = subgroupBroadcast(own_removal, 2u);
  let n3 = subgroupBroadcast(own_removal, 3u);
  let n4 = subgroupBroadcast(other_removal, HIGH);
  let n5 = subgroupBroadcast(other_removal, HIGH + 1u);
  let n6 = subgroupBroadcast(other_removal, HIGH + 2u);
  let n7 = subgroupBroadcast(other_removal, HIGH + 3u);
  var totals = array<vec2<f32>, 8>();
#if SINGLE
  var rights = array<vec2<u32>, 8>();
#endif
#else
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
#if MASKED
  let g0 = gone_after(head, s0.end); let g1 = gone_after(head, s1.end);
  let g2 = gone_after(head, s2.end); let g3 = gone_after(head, s3.end);
  let g4 = gone_after(head, s4.end); let g5 = gone_after(head, s5.end);
  let g6 = gone_after(head, s6.end); let g7 = gone_after(head, s7.end);
  var moves = array<vec2<u32>, 8>(n0, n1, n2, n3, n4, n5, n6, n7);
#endif
#if SINGLE
#else
  let direction = direction_of(head);
#endif
  let bias = (network * (walk.unit_quads * 4u + 1u) + walk.unit_quads * 4u) * 3u;
  // Walkers past the last sample go along, for the others' broadcasts and barriers, and count nothing.
  for (var i = 0u; i < min(WALKED, part.count); i++) {
    let s = min(start + i, part.count - 1u);
    let row = network * walk.slab_rows + s;
    let present = start + i < part.count;
    let place = place_of(head, job, s, present);
#if SINGLE
    let o0 = output_of(n0, row); let o1 = output_of(n1, row);
    let o2 = output_of(n2, row); let o3 = output_of(n3, row);
    let o4 = output_of(n4, row); let o5 = output_of(n5, row);
    let o6 = output_of(n6, row); let o7 = output_of(n7, row);
    let direct0 = is_direct(n0, o0); let direct1 = is_direct(n1, o1);
    let direct2 = is_direct(n2, o2); let direct3 = is_direct(n3, o3);
    let direct4 = is_direct(n4, o4); let direct5 = is_direct(n5, o5);
    let direct6 = is_direct(n6, o6); let direct7 = is_direct(n7, o7);
    let d0 = difference(n0, row, 1.0); let d1 = difference(n1, row, 1.0);
    let d2 = difference(n2, row, 1.0); let d3 = difference(n3, row, 1.0);
    let d4 = difference(n4, row, 1.0); let d5 = difference(n5, row, 1.0);
    let d6 = difference(n6, row, 1.0); let d7 = difference(n7, row, 1.0);
#else
    let d0 = difference(n0, row, direction); let d1 = difference(n1, row, direction);
    let d2 = difference(n2, row, direction); let d3 = difference(n3, row, direction);
    let d4 = difference(n4, row, direction); let d5 = difference(n5, row, direction);
    let d6 = difference(n6, row, direction); let d7 = difference(n7, row, direction);
#endif
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
      let pa = mat4x4<f32>(
        subgroupBroadcast(q0, 0u), subgroupBroadcast(q0, 3u),
        subgroupBroadcast(q1, 2u), subgroupBroadcast(q2, 1u),
      );
      let pb = mat4x4<f32>(
        subgroupBroadcast(q0, 1u), subgroupBroadcast(q1, 0u),
        subgroupBroadcast(q1, 3u), subgroupBroadcast(q2, 2u),
      );
      let pc = mat4x4<f32>(
        subgroupBroadcast(q0, 2u), subgroupBroadcast(q1, 1u),
        subgroupBroadcast(q2, 0u), subgroupBroadcast(q2, 3u),
      );
#else
      let high = low;
      let q0 = product[p + lane];
      let q2 = product[p + 8u + (lane & 3u)];
      let pa = mat4x4<f32>(
        subgroupBroadcast(q0, 0u), subgroupBroadcast(q0, 3u),
        subgroupBroadcast(q0, HIGH + 2u), subgroupBroadcast(q2, 1u),
      );
      let pb = mat4x4<f32>(
        subgroupBroadcast(q0, 1u), subgroupBroadcast(q0, HIGH),
        subgroupBroadcast(q0, HIGH + 3u), subgroupBroadcast(q2, 2u),
      );
      let pc = mat4x4<f32>(
        subgroupBroadcast(q0, 2u), subgroupBroadcast(q0, HIGH + 1u),
        subgroupBroadcast(q2, 0u), subgroupBroadcast(q2, 3u),
      );
#endif
      let w0 = subgroupBroadcast(low, 0u);
      let w1 = subgroupBroadcast(low, 1u);
      let w2 = subgroupBroadcast(low, 2u);
      let w3 = subgroupBroadcast(low, 3u);
      let w4 = subgroupBroadcast(high, HIGH);
      let w5 = subgroupBroadcast(high, HIGH + 1u);
      let w6 = subgroupBroadcast(high, HIGH + 2u);
      let w7 = subgroupBroadcast(high, HIGH + 3u);
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
      // Without the neurons of this part, with those behind each added; `before` adds those before it.
      let b7 = state[place.own + k];
      let b6 = b7 + o7 * w7; let b5 = b6 + o6 * w6;
      let b4 = b5 + o5 * w5; let b3 = b4 + o4 * w4;
      let b2 = b3 + o3 * w3; let b1 = b2 + o2 * w2;
      let b0 = b1 + o1 * w1;
      var before = vec4<f32>(0.0);
      let z0 = select(b0 + before, z - d0 * w0, direct0); before += o0 * w0;
      let z1 = select(b1 + before, z - d1 * w1, direct1); before += o1 * w1;
      let z2 = select(b2 + before, z - d2 * w2, direct2); before += o2 * w2;
      let z3 = select(b3 + before, z - d3 * w3, direct3); before += o3 * w3;
      let z4 = select(b4 + before, z - d4 * w4, direct4); before += o4 * w4;
      let z5 = select(b5 + before, z - d5 * w5, direct5); before += o5 * w5;
      let z6 = select(b6 + before, z - d6 * w6, direct6); before += o6 * w6;
      let z7 = select(b7 + before, z - d7 * w7, direct7);
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
#if MASKED
      let v0 = select(activate(z0), mask.constants, mask.positions < vec4<u32>(g0)); y0a += pa * v0; y0b += pb * v0; y0c += pc * v0;
      let v1 = select(activate(z1), mask.constants, mask.positions < vec4<u32>(g1)); y1a += pa * v1; y1b += pb * v1; y1c += pc * v1;
      let v2 = select(activate(z2), mask.constants, mask.positions < vec4<u32>(g2)); y2a += pa * v2; y2b += pb * v2; y2c += pc * v2;
      let v3 = select(activate(z3), mask.constants, mask.positions < vec4<u32>(g3)); y3a += pa * v3; y3b += pb * v3; y3c += pc * v3;
      let v4 = select(activate(z4), mask.constants, mask.positions < vec4<u32>(g4)); y4a += pa * v4; y4b += pb * v4; y4c += pc * v4;
      let v5 = select(activate(z5), mask.constants, mask.positions < vec4<u32>(g5)); y5a += pa * v5; y5b += pb * v5; y5c += pc * v5;
      let v6 = select(activate(z6), mask.constants, mask.positions < vec4<u32>(g6)); y6a += pa * v6; y6b += pb * v6; y6c += pc * v6;
      let v7 = select(activate(z7), mask.constants, mask.positions < vec4<u32>(g7)); y7a += pa * v7; y7b += pb * v7; y7c += pc * v7;
#else
      let v0 = activate(z0); y0a += pa * v0; y0b += pb * v0; y0c += pc * v0;
      let v1 = activate(z1); y1a += pa * v1; y1b += pb * v1; y1c += pc * v1;
      let v2 = activate(z2); y2a += pa * v2; y2b += pb * v2; y2c += pc * v2;
      let v3 = activate(z3); y3a += pa * v3; y3b += pb * v3; y3c += pc * v3;
      let v4 = activate(z4); y4a += pa * v4; y4b += pb * v4; y4c += pc * v4;
      let v5 = activate(z5); y5a += pa * v5; y5b += pb * v5; y5c += pc * v5;
      let v6 = activate(z6); y6a += pa * v6; y6b += pb * v6; y6c += pc * v6;
      let v7 = activate(z7); y7a += pa * v7; y7b += pb * v7; y7c += pc * v7;
#endif
    }
#if MASKED
    var differences = array<f32, 8>(d0, d1, d2, d3, d4, d5, d6, d7);
#endif
    var y = array<vec4<f32>, 24>(
      y0a, y0b, y0c, y1a, y1b, y1c, y2a, y2b, y2c, y3a, y3b, y3c,
      y4a, y4b, y4c, y5a, y5b, y5c, y6a, y6b, y6c, y7a, y7b, y7c,
    );
    let label = labels[part.first + s];
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
        let removal = walks[head + HEADER - 1u + evaluation];
        let unit = removal.x & ~UPPER;
        let weights = (network * (walk.unit_quads * 4u + 1u) + unit) * 3u;
        // Its z once more, by the subtractions of this part so far: from z7 backwards they would leave residues.
        var z = state[place.source + unit / 4u][unit % 4u];
        for (var step = 0u; step < e; step++) { z -= effect_on(unit, moves[step], differences[step], network); }
        let d = direction * (activate(vec4<f32>(z)).x - bitcast<f32>(removal.y));
        logits = minus(logits, d, Logits(product[weights], product[weights + 1u], product[weights + 2u]));
#endif
      }
      let value = select(vec2<f32>(0.0), tally(logits, label), present);
#if SUBGROUP
      if (is_step) {
        totals[e - 1u] += value;
#if SINGLE
        rights[e - 1u] |= right_bit(i, value);
#endif
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
#if SINGLE
    right[slot] = rights[e];
#endif
  }
#endif
}
