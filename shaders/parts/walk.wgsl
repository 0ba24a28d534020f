// What all walks along an order of removal share (walk-tally.wgsl, walk-product.wgsl, walk-layer.wgsl).
// state[slab, s, k] holds z_k, the pre-activations above the ablated layer: slabs below walk.starts those that walks start from,
// and slab walk.starts + j those of job j so far (behind the last job's, one for walkers without a sample).
// Removing neuron n replaces its output t_n by c_n there: z_k -= (t_n - c_n) * transposed[n, k].
// A walk removes neurons, or begins where they are gone and restores them: z_k += (t_n - c_n) * transposed[n, k]. Where c_n is 0,
// a silent neuron then adds exactly 0, and what exact arithmetic ties stays tied; taking t_n * w away again would leave a residue.
// Evaluation 0 is the start. SINGLE: each neuron is removed alone, and jobs have no slab of their own (see `alone`).

const BLOCK: u32 = 64u;
// An order's entry for a neuron of another layer. With UPPER, unit k of z; else nothing to update here.
const NONE: u32 = 0xffffffffu;
const UPPER: u32 = 0x80000000u;

struct Walk {
  source_lanes: u32, // floats of a row of `activations`
  source_units: u32, // neurons of the ablated layer: rows of one network in `transposed`
  unit_quads: u32,   // quads of a row of `transposed` and `state`
  units: u32,        // units of z
  lead: u32,         // moves before evaluation 1: neurons removed or restored
  stride: u32,       // moves between two later evaluations
  slab_rows: u32,    // rows of one slab of `activations`, `state` and `outputs`
  walk_length: u32,  // entries of one row of `walks`
  neurons: u32,      // moves of a walk
  steps: u32,        // walk_product: steps of a walk, at most
  networks: u32,     // networks that are walked over
  starts: u32,       // slabs of `state` before those of the jobs
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
// Entry 0 of a row: (network, first row of `tallies`). Entry 1: (slab of `state` to start from; neurons that are gone there and
// come back, or NONE where neurons go), SINGLE: (slab of the intact network, slab without the neurons of this part). Then per
// move: (neuron, or UPPER | unit, or NONE; bits of its replacement c). walk_product: then per step two entries, (moves done
// before, and after it) and (evaluation that follows it, evaluations after that one and before the next step).
@group(0) @binding(2) var<storage, read> walks: array<vec2<u32>>;          // [jobs, walk_length]
@group(0) @binding(3) var<storage, read> activations: array<f32>;          // [networks, slab_rows, source_lanes]
@group(0) @binding(4) var<storage, read> transposed: array<vec4<f32>>;     // [networks, source_units, unit_quads]
@group(0) @binding(5) var<storage, read_write> state: array<vec4<f32>>;    // [networks_and_jobs, slab_rows, unit_quads]

// Entries of a row before its moves.
const HEADER: u32 = 2u;

// What a neuron gives for one sample; 0 where it lies in another layer.
fn output_of(removal: vec2<u32>, row: u32) -> f32 {
  // No branch: software adapters would mask it lane by lane.
  let value = activations[row * walk.source_lanes + min(removal.x, walk.source_units - 1u)];
  return select(value, 0.0, removal.x >= UPPER);
}

// 1 where a walk removes neurons, -1 where it restores them.
fn direction_of(head: u32) -> f32 {
  return select(-1.0, 1.0, walks[head + 1u].y == NONE);
}

// What a move takes from z, over the neuron's weights: t - c where it goes, c - t where it comes back; 0 for another layer's.
fn difference(removal: vec2<u32>, row: u32, direction: f32) -> f32 {
  let value = activations[row * walk.source_lanes + min(removal.x, walk.source_units - 1u)];
  return select(direction * (value - bitcast<f32>(removal.y)), 0.0, removal.x >= UPPER);
}

// First quad of the removed neuron's outgoing weights.
fn outgoing(removal: vec2<u32>, network: u32) -> u32 {
  return (network * walk.source_units + min(removal.x, walk.source_units - 1u)) * walk.unit_quads;
}

// First quads of a sample's rows of `state`: to read from, and to write to; SINGLE: intact, and without the neurons of this part.
// Walkers without a sample share what lies behind the last job's slabs.
struct Place {
  source: u32,
  own: u32,
}

fn place_of(head: u32, job: u32, sample: u32, present: bool) -> Place {
  let first = (walks[head + 1u].x * walk.slab_rows + sample) * walk.unit_quads;
#if SINGLE
  return Place(first, (walks[head + 1u].y * walk.slab_rows + sample) * walk.unit_quads);
#else
#if MASKED
  // Two slabs in turn: what a part starts from is still there when it evaluates units that move alone.
  let slab = 2u * select(part.jobs, job, present) + (part.first_step / PART_STEPS) % 2u;
  let before = slab ^ 1u;
#else
  let slab = select(part.jobs, job, present);
  let before = slab;
#endif
  let own = ((walk.starts + slab) * walk.slab_rows + sample) * walk.unit_quads;
  let last = ((walk.starts + before) * walk.slab_rows + sample) * walk.unit_quads;
  return Place(select(last, first, part.first_step == 0u), own);
#endif
}

#if SINGLE
// Whether intact - (t - c) w is exact where exact arithmetic ties: the neuron is silent, or a constant takes its place. Else z
// without it is a sum of what the others give, as a subtraction would leave a residue.
fn is_direct(removal: vec2<u32>, output: f32) -> bool {
  return bitcast<f32>(removal.y) != 0.0 || output == 0.0;
}
#endif
