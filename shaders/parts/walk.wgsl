// What all walks along an order of removal share (walk-tally.wgsl, walk-product.wgsl, walk-layer.wgsl).
// state[slab, s, k] holds z_k, the pre-activations above the ablated layer: slab r those of the intact network r, from which
// walks start, and slab walk.networks + j those of job j so far (behind the last job's, one for walkers without a sample).
// Removing neuron n replaces its output t_n by c_n there: z_k -= (t_n - c_n) * transposed[n, k].
// Evaluation 0 removes none. SINGLE: every evaluation starts from the intact network, so each neuron is removed alone, and jobs
// have no slab of their own.

const BLOCK: u32 = 64u;
// An order's entry for a neuron of another layer. With UPPER, unit k of z; else nothing to update here.
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

// (t - c) of a removal for one sample; 0 where the neuron lies in another layer.
fn difference(removal: vec2<u32>, row: u32) -> f32 {
  // No branch: software adapters would mask it lane by lane.
  let value = activations[row * walk.source_lanes + min(removal.x, walk.source_units - 1u)];
  return select(value - bitcast<f32>(removal.y), 0.0, removal.x >= UPPER);
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
