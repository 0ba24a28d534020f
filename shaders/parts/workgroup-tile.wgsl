// A product's tile of 32 x 32 values, computed by a workgroup of 256 with both operands staged in workgroup memory. For
// GPUs: each value is loaded from device memory once a tile and used 32 times; barriers are ruinous on software adapters.
// The 256 invocations are 4 groups of 64. A group holds the whole tile in registers, 4 rows x 1 quad an invocation (rows
// 4 ty .. 4 ty + 3, quad tx), and sums its own quarter of every staged chunk, so that a workgroup has four times the loads
// in flight that 64 invocations would have: at batch 32 there are few workgroups, and loads are what they wait for. At the
// end `summed` adds the groups up, in one fixed order. Memory: 16 KiB, what every WebGPU device has.

const TILE_LEFT: u32 = 0u;    // first quad of the staged left operand
const TILE_RIGHT: u32 = 512u; // first quad of the staged right operand

var<workgroup> tile: array<vec4<f32>, 1024>;

// Where an invocation stands in its group.
struct Place {
  group: u32, // which quarter of every chunk it sums
  ty: u32,    // its rows are 4 ty .. 4 ty + 3
  tx: u32,    // its quad of columns
}

fn place_of(thread: u32) -> Place {
  return Place(thread / 64u, thread / 8u % 8u, thread % 8u);
}

// Slot of quad `quad` (of 16) in row `row` (of 32): rows that are read together lie in different banks, without padding.
fn swizzled(row: u32, quad: u32) -> u32 {
  return row * 16u + (quad ^ (row & 7u));
}

// Adds the groups' sums up. Invocation `thread` is given row thread / 8 and quad thread % 8 of the tile. To be called by
// all invocations, when all are done with what is staged.
fn summed(thread: u32, row0: vec4<f32>, row1: vec4<f32>, row2: vec4<f32>, row3: vec4<f32>) -> vec4<f32> {
  let at = place_of(thread);
  let slot = at.group * 256u + at.ty * 32u + at.tx;
  tile[slot] = row0;
  tile[slot + 8u] = row1;
  tile[slot + 16u] = row2;
  tile[slot + 24u] = row3;
  workgroupBarrier();
  return (tile[thread] + tile[thread + 256u]) + (tile[thread + 512u] + tile[thread + 768u]);
}
