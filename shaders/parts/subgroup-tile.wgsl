// A tile of 32 rows x 16 outputs that a subgroup of 4 or 8 lanes owns: its quads a lane, and what lanes hand to each other.

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
