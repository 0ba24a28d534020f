// hidden_delta and update_parameters in their SUBGROUP form: see backward.wgsl.

#if LANES_4
const LANES: u32 = 4u;
#else
const LANES: u32 = 8u;
#endif

// One quad of 16 consecutive values a lane; lanes above 3 repeat them.
fn tile_quad(first: u32, lane: u32, quads: u32) -> u32 {
  return min(first + (lane & 3u), quads - 1u);
}

// Grid: x = tiles of 16 units, y = tiles of 4 LANES rows, z = networks. A lane owns every LANES-th row of the tile.
@compute @workgroup_size(LANES)
fn hidden_delta(@builtin(workgroup_id) tile: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let quad = tile.x * 4u;
  let first = tile.y * 4u * LANES + lane;
  let last = layer.slab_rows - 1u;
  let slab = tile.z * layer.slab_rows;
  let d0 = (slab + min(first, last)) * layer.output_quads;
  let d1 = (slab + min(first + LANES, last)) * layer.output_quads;
  let d2 = (slab + min(first + 2u * LANES, last)) * layer.output_quads;
  let d3 = (slab + min(first + 3u * LANES, last)) * layer.output_quads;
  let column = tile_quad(quad, lane, layer.input_quads);
  let matrix = tile.z * layer.outputs;
  var s0a = vec4<f32>(0.0); var s0b = vec4<f32>(0.0); var s0c = vec4<f32>(0.0); var s0d = vec4<f32>(0.0);
  var s1a = vec4<f32>(0.0); var s1b = vec4<f32>(0.0); var s1c = vec4<f32>(0.0); var s1d = vec4<f32>(0.0);
  var s2a = vec4<f32>(0.0); var s2b = vec4<f32>(0.0); var s2c = vec4<f32>(0.0); var s2d = vec4<f32>(0.0);
  var s3a = vec4<f32>(0.0); var s3b = vec4<f32>(0.0); var s3c = vec4<f32>(0.0); var s3d = vec4<f32>(0.0);
  for (var at = 0u; at < layer.output_quads; at++) {
    let e0 = next_delta[d0 + at];
    let e1 = next_delta[d1 + at];
    let e2 = next_delta[d2 + at];
    let e3 = next_delta[d3 + at];
    // Lanes of next_delta past the last unit are 0, so a clamped row of parameters adds nothing.
    for (var part = 0u; part < 4u; part++) {
      let output = min(at * 4u + part, layer.outputs - 1u);
      let w = next_parameters[(matrix + output) * layer.input_quads + column];
      let a = subgroupBroadcast(w, 0u);
      let b = subgroupBroadcast(w, 1u);
      let c = subgroupBroadcast(w, 2u);
      let d = subgroupBroadcast(w, 3u);
      s0a += e0[part] * a; s0b += e0[part] * b; s0c += e0[part] * c; s0d += e0[part] * d;
      s1a += e1[part] * a; s1b += e1[part] * b; s1c += e1[part] * c; s1d += e1[part] * d;
      s2a += e2[part] * a; s2b += e2[part] * b; s2c += e2[part] * c; s2d += e2[part] * d;
      s3a += e3[part] * a; s3b += e3[part] * b; s3c += e3[part] * c; s3d += e3[part] * d;
    }
  }
  var sums = array<vec4<f32>, 16>(
    s0a, s0b, s0c, s0d,
    s1a, s1b, s1c, s1d,
    s2a, s2b, s2c, s2d,
    s3a, s3b, s3c, s3d,
  );
  // The bound is 16, but no constant, so that no driver unrolls the loop (see forward.wgsl).
  for (var n = 0u; n < min(16u, layer.input_quads * 16u); n++) {
    let row = first + n / 4u * LANES;
    if (row <= last && quad + n % 4u < layer.input_quads) {
      write_hidden_delta(sums[n], slab + row, quad + n % 4u, row < batch.count);
    }
  }
}

// Grid: x = tiles of LANES quads of inputs, y = tiles of 16 outputs, z = networks. A lane owns one quad of inputs.
@compute @workgroup_size(LANES)
fn update_parameters(@builtin(workgroup_id) tile: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let quad = tile.x * LANES + lane;
  let source = min(quad, layer.input_quads - 1u);
  let column = tile.z * layer.slab_rows * layer.output_quads + tile_quad(tile.y * 4u, lane, layer.output_quads);
  var g0 = vec4<f32>(0.0); var g1 = vec4<f32>(0.0); var g2 = vec4<f32>(0.0); var g3 = vec4<f32>(0.0);
  var g4 = vec4<f32>(0.0); var g5 = vec4<f32>(0.0); var g6 = vec4<f32>(0.0); var g7 = vec4<f32>(0.0);
  var g8 = vec4<f32>(0.0); var g9 = vec4<f32>(0.0); var g10 = vec4<f32>(0.0); var g11 = vec4<f32>(0.0);
  var g12 = vec4<f32>(0.0); var g13 = vec4<f32>(0.0); var g14 = vec4<f32>(0.0); var g15 = vec4<f32>(0.0);
  for (var s = 0u; s < batch.count; s++) {
    let x = source_quad(tile.z, s, source);
    let own = delta[column + s * layer.output_quads];
    let a = subgroupBroadcast(own, 0u);
    g0 += a.x * x; g1 += a.y * x; g2 += a.z * x; g3 += a.w * x;
    let b = subgroupBroadcast(own, 1u);
    g4 += b.x * x; g5 += b.y * x; g6 += b.z * x; g7 += b.w * x;
    let c = subgroupBroadcast(own, 2u);
    g8 += c.x * x; g9 += c.y * x; g10 += c.z * x; g11 += c.w * x;
    let d = subgroupBroadcast(own, 3u);
    g12 += d.x * x; g13 += d.y * x; g14 += d.z * x; g15 += d.w * x;
  }
  if (quad >= layer.input_quads) { return; }
  var sums = array<vec4<f32>, 16>(g0, g1, g2, g3, g4, g5, g6, g7, g8, g9, g10, g11, g12, g13, g14, g15);
  // As in hidden_delta: 16 turns, never unrolled, so that Adam is compiled once.
  for (var n = 0u; n < min(16u, layer.output_quads * 16u); n++) { finish(sums[n], tile.z, tile.y * 16u + n, quad); }
}
