// Cumulative ablation of the last hidden layer at rank-one cost: z of parts/walk.wgsl are the logits, and each evaluation,
// which is one move further, is tallied at once.
// Every value has one owner, a job's block of 64 samples: no atomics, exact counts.
// - plain, for GPUs: a workgroup owns a block, an invocation one sample; the block's tallies meet in workgroup memory.
// - SUBGROUP, with LANES_4 or LANES_8, for software adapters: no barriers; a workgroup is one subgroup, its lanes are blocks of
//   one job, and what they share is loaded by one lane and broadcast (see forward.wgsl). Eight steps share each load of the
//   state: they are written out, since an array would not stay in registers.
// Preconditions: CLASSES <= 12; walk.stride = 1; part.steps <= 8.
// Variants: "", SINGLE; each also with SUBGROUP+LANES_4 and with SUBGROUP+LANES_8.

#if SUBGROUP
enable subgroups;
#endif

override CLASSES: u32 = 12u;

#include "parts/walk.wgsl"
#include "parts/walk-tallies.wgsl"

// Rows of up to three quads; quads past the last one repeat it, and are never tallied.
fn logits_of(row: u32) -> Logits {
  let last = walk.unit_quads - 1u;
  return Logits(state[row], state[row + min(1u, last)], state[row + min(2u, last)]);
}

fn weights_to_logits(row: u32) -> Logits {
  let last = walk.unit_quads - 1u;
  return Logits(transposed[row], transposed[row + min(1u, last)], transposed[row + min(2u, last)]);
}

#if SINGLE
// Logits without one neuron: from the intact ones, or from the sums of what all others give.
fn alone(neuron: vec2<u32>, output: f32, w: Logits, intact: Logits, behind: Logits, before: Logits) -> Logits {
  let direct = is_direct(neuron, output);
  let less = minus(intact, output - select(bitcast<f32>(neuron.y), 0.0, neuron.x >= UPPER), w);
  return Logits(
    select(behind.a + before.a, less.a, direct),
    select(behind.b + before.b, less.b, direct),
    select(behind.c + before.c, less.c, direct),
  );
}
#else
fn keep_logits(row: u32, logits: Logits) {
  state[row] = logits.a;
  if (walk.unit_quads > 1u) { state[row + 1u] = logits.b; }
  if (walk.unit_quads > 2u) { state[row + 2u] = logits.c; }
}
#endif

// The move between the evaluation before this one and it; NONE where there is none.
fn removal_before(head: u32, evaluation: u32) -> vec2<u32> {
  if (evaluation == 0u || evaluation > walk.neurons) { return vec2<u32>(NONE, 0u); }
  return walks[head + HEADER - 1u + evaluation];
}

#if SUBGROUP
// Outgoing weights to the logits of the removals of lanes 0 to 7.
struct Effects {
  low: Logits,
  high: Logits,
}

fn removal_effects(head: u32, network: u32, lane: u32) -> Effects {
  let own = weights_to_logits(outgoing(removal_before(head, part.first_step + lane), network));
#if LANES_4
  let high = outgoing(removal_before(head, part.first_step + 4u + lane), network);
  return Effects(own, weights_to_logits(high));
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
#if SINGLE
#else
  let direction = direction_of(head);
#endif
  let n0 = removal_before(head, part.first_step);
  let n1 = removal_before(head, part.first_step + 1u);
  let n2 = removal_before(head, part.first_step + 2u);
  let n3 = removal_before(head, part.first_step + 3u);
  let n4 = removal_before(head, part.first_step + 4u);
  let n5 = removal_before(head, part.first_step + 5u);
  let n6 = removal_before(head, part.first_step + 6u);
  let n7 = removal_before(head, part.first_step + 7u);
  let own = removal_effects(head, network, lane);
  let w0 = Logits(subgroupBroadcast(own.low.a, 0u), subgroupBroadcast(own.low.b, 0u), subgroupBroadcast(own.low.c, 0u));
  let w1 = Logits(subgroupBroadcast(own.low.a, 1u), subgroupBroadcast(own.low.b, 1u), subgroupBroadcast(own.low.c, 1u));
  let w2 = Logits(subgroupBroadcast(own.low.a, 2u), subgroupBroadcast(own.low.b, 2u), subgroupBroadcast(own.low.c, 2u));
  let w3 = Logits(subgroupBroadcast(own.low.a, 3u), subgroupBroadcast(own.low.b, 3u), subgroupBroadcast(own.low.c, 3u));
  let w4 = Logits(subgroupBroadcast(own.high.a, HIGH), subgroupBroadcast(own.high.b, HIGH), subgroupBroadcast(own.high.c, HIGH));
  let w5 = Logits(subgroupBroadcast(own.high.a, HIGH + 1u), subgroupBroadcast(own.high.b, HIGH + 1u), subgroupBroadcast(own.high.c, HIGH + 1u));
  let w6 = Logits(subgroupBroadcast(own.high.a, HIGH + 2u), subgroupBroadcast(own.high.b, HIGH + 2u), subgroupBroadcast(own.high.c, HIGH + 2u));
  let w7 = Logits(subgroupBroadcast(own.high.a, HIGH + 3u), subgroupBroadcast(own.high.b, HIGH + 3u), subgroupBroadcast(own.high.c, HIGH + 3u));
  var t0 = vec2<f32>(0.0); var t1 = vec2<f32>(0.0); var t2 = vec2<f32>(0.0); var t3 = vec2<f32>(0.0);
  var t4 = vec2<f32>(0.0); var t5 = vec2<f32>(0.0); var t6 = vec2<f32>(0.0); var t7 = vec2<f32>(0.0);
#if SINGLE
  var r0 = vec2<u32>(0u); var r1 = vec2<u32>(0u); var r2 = vec2<u32>(0u); var r3 = vec2<u32>(0u);
  var r4 = vec2<u32>(0u); var r5 = vec2<u32>(0u); var r6 = vec2<u32>(0u); var r7 = vec2<u32>(0u);
#endif
  let nothing = vec2<f32>(0.0);
  // Lanes past the last sample go along, for the others' broadcasts, and count nothing.
  for (var i = 0u; i < min(BLOCK, part.count); i++) {
    let present = start + i < part.count;
    let s = min(start + i, part.count - 1u);
    let row = network * walk.slab_rows + s;
    let place = place_of(head, job, s, present);
    let start_logits = logits_of(place.source);
    let label = labels[part.first + s];
#if SINGLE
    let o0 = output_of(n0, row);
    let o1 = output_of(n1, row);
    let o2 = output_of(n2, row);
    let o3 = output_of(n3, row);
    let o4 = output_of(n4, row);
    let o5 = output_of(n5, row);
    let o6 = output_of(n6, row);
    let o7 = output_of(n7, row);
    // Without the neurons of this part, with those behind each added; `before` adds those before it.
    let b7 = logits_of(place.own);
    let b6 = minus(b7, -o7, w7);
    let b5 = minus(b6, -o6, w6);
    let b4 = minus(b5, -o5, w5);
    let b3 = minus(b4, -o4, w4);
    let b2 = minus(b3, -o3, w3);
    let b1 = minus(b2, -o2, w2);
    let b0 = minus(b1, -o1, w1);
    var before = Logits(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    let v0 = select(nothing, tally(alone(n0, o0, w0, start_logits, b0, before), label), present);
    t0 += v0; r0 |= right_bit(i, v0);
    before = minus(before, -o0, w0);
    let v1 = select(nothing, tally(alone(n1, o1, w1, start_logits, b1, before), label), present);
    t1 += v1; r1 |= right_bit(i, v1);
    before = minus(before, -o1, w1);
    let v2 = select(nothing, tally(alone(n2, o2, w2, start_logits, b2, before), label), present);
    t2 += v2; r2 |= right_bit(i, v2);
    before = minus(before, -o2, w2);
    let v3 = select(nothing, tally(alone(n3, o3, w3, start_logits, b3, before), label), present);
    t3 += v3; r3 |= right_bit(i, v3);
    before = minus(before, -o3, w3);
    let v4 = select(nothing, tally(alone(n4, o4, w4, start_logits, b4, before), label), present);
    t4 += v4; r4 |= right_bit(i, v4);
    before = minus(before, -o4, w4);
    let v5 = select(nothing, tally(alone(n5, o5, w5, start_logits, b5, before), label), present);
    t5 += v5; r5 |= right_bit(i, v5);
    before = minus(before, -o5, w5);
    let v6 = select(nothing, tally(alone(n6, o6, w6, start_logits, b6, before), label), present);
    t6 += v6; r6 |= right_bit(i, v6);
    before = minus(before, -o6, w6);
    let v7 = select(nothing, tally(alone(n7, o7, w7, start_logits, b7, before), label), present);
    t7 += v7; r7 |= right_bit(i, v7);
#else
    var now = start_logits;
    now = minus(now, difference(n0, row, direction), w0); t0 += select(nothing, tally(now, label), present);
    now = minus(now, difference(n1, row, direction), w1); t1 += select(nothing, tally(now, label), present);
    now = minus(now, difference(n2, row, direction), w2); t2 += select(nothing, tally(now, label), present);
    now = minus(now, difference(n3, row, direction), w3); t3 += select(nothing, tally(now, label), present);
    now = minus(now, difference(n4, row, direction), w4); t4 += select(nothing, tally(now, label), present);
    now = minus(now, difference(n5, row, direction), w5); t5 += select(nothing, tally(now, label), present);
    now = minus(now, difference(n6, row, direction), w6); t6 += select(nothing, tally(now, label), present);
    now = minus(now, difference(n7, row, direction), w7); t7 += select(nothing, tally(now, label), present);
    keep_logits(place.own, now);
#endif
  }
  if (start >= part.count) { return; }
  var totals = array<vec2<f32>, 8>(t0, t1, t2, t3, t4, t5, t6, t7);
#if SINGLE
  var rights = array<vec2<u32>, 8>(r0, r1, r2, r3, r4, r5, r6, r7);
#endif
  for (var e = 0u; e < part.steps; e++) {
    let slot = tally_slot(job, id.x, part.first_step + e);
    tallies[slot] = totals[e];
#if SINGLE
    right[slot] = rights[e];
#endif
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
  let place = place_of(head, job, s, present);
  let start_logits = logits_of(place.source);
  let label = labels[part.first + s];
#if SINGLE
  for (var e = 0u; e < part.steps; e++) {
    let own = removal_before(head, part.first_step + e);
    var others = logits_of(place.own);
    for (var other = 0u; other < part.steps; other++) {
      if (other == e) { continue; }
      let neuron = removal_before(head, part.first_step + other);
      others = minus(others, -output_of(neuron, row), weights_to_logits(outgoing(neuron, network)));
    }
    let none = Logits(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    let w = weights_to_logits(outgoing(own, network));
    let logits = alone(own, output_of(own, row), w, start_logits, others, none);
    waiting[e * ROW + local.x] = select(vec2<f32>(0.0), tally(logits, label), present);
  }
#else
  let direction = direction_of(head);
  var now = start_logits;
  for (var e = 0u; e < part.steps; e++) {
    let removal = removal_before(head, part.first_step + e);
    now = minus(now, difference(removal, row, direction), weights_to_logits(outgoing(removal, network)));
    waiting[e * ROW + local.x] = select(vec2<f32>(0.0), tally(now, label), present);
  }
  if (present) { keep_logits(place.own, now); }
#endif
  add_up(job, tile.x, part.first_step, part.steps, local.x);
}
#endif
