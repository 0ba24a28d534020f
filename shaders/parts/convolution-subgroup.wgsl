// convolve in its SUBGROUP form: see convolution.wgsl.

#include "parts/subgroup-tile.wgsl"

// The values of lanes 0 to 3: biases of four outputs.
fn low_lanes(v: f32) -> vec4<f32> {
  return vec4<f32>(
    subgroupBroadcast(v, 0u), subgroupBroadcast(v, 1u), subgroupBroadcast(v, 2u), subgroupBroadcast(v, 3u),
  );
}

#if LANES_8
fn high_lanes(v: f32) -> vec4<f32> {
  return vec4<f32>(
    subgroupBroadcast(v, 4u), subgroupBroadcast(v, 5u), subgroupBroadcast(v, 6u), subgroupBroadcast(v, 7u),
  );
}
#endif

@compute @workgroup_size(LANES)
fn convolve(@builtin(workgroup_id) tile: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let position = tile.x;
  let output_tiles = (layer.output_quads + 3u) / 4u;
  let quad = tile.y % output_tiles * 4u;
  let sample = tile.y / output_tiles * 32u + lane;
  let job = batch.first_job + tile.z;
  let row = quad * 4u + lane;
  let w0 = parameter_row(job, row);
  let w1 = parameter_row(job, row + LANES);
  let last = layer.parameter_quads - 1u;
#if LANES_4
  let w2 = parameter_row(job, row + 8u);
  let w3 = parameter_row(job, row + 12u);
  let bias_a = low_lanes(parameters[w0 + last].x);
  let bias_b = low_lanes(parameters[w1 + last].x);
  let bias_c = low_lanes(parameters[w2 + last].x);
  let bias_d = low_lanes(parameters[w3 + last].x);
  let x4 = source_map(job, tile.z, sample + 16u);
  let x5 = source_map(job, tile.z, sample + 20u);
  let x6 = source_map(job, tile.z, sample + 24u);
  let x7 = source_map(job, tile.z, sample + 28u);
  var z4a = bias_a; var z4b = bias_b; var z4c = bias_c; var z4d = bias_d;
  var z5a = bias_a; var z5b = bias_b; var z5c = bias_c; var z5d = bias_d;
  var z6a = bias_a; var z6b = bias_b; var z6c = bias_c; var z6d = bias_d;
  var z7a = bias_a; var z7b = bias_b; var z7c = bias_c; var z7d = bias_d;
#else
  let bias_a = low_lanes(parameters[w0 + last].x);
  let bias_b = high_lanes(parameters[w0 + last].x);
  let bias_c = low_lanes(parameters[w1 + last].x);
  let bias_d = high_lanes(parameters[w1 + last].x);
#endif
  let x0 = source_map(job, tile.z, sample);
  let x1 = source_map(job, tile.z, sample + LANES);
  let x2 = source_map(job, tile.z, sample + 2u * LANES);
  let x3 = source_map(job, tile.z, sample + 3u * LANES);
  var z0a = bias_a; var z0b = bias_b; var z0c = bias_c; var z0d = bias_d;
  var z1a = bias_a; var z1b = bias_b; var z1c = bias_c; var z1d = bias_d;
  var z2a = bias_a; var z2b = bias_b; var z2c = bias_c; var z2d = bias_d;
  var z3a = bias_a; var z3b = bias_b; var z3c = bias_c; var z3d = bias_d;
  let taps = taps_at(position / layer.output_width, position % layer.output_width);
  for (var ky = taps.rows.x; ky < taps.rows.y; ky++) {
    let source = (u32(taps.y + i32(ky)) * layer.input_width + u32(taps.x + i32(taps.columns.x))) * layer.input_quads;
    let tap = (ky * layer.kernel_width + taps.columns.x) * layer.input_quads;
    for (var i = 0u; i < (taps.columns.y - taps.columns.x) * layer.input_quads; i++) {
      let at = source + i;
      let v0 = parameters[w0 + tap + i];
      let v1 = parameters[w1 + tap + i];
#if LANES_4
      let v2 = parameters[w2 + tap + i];
      let v3 = parameters[w3 + tap + i];
      let a = broadcast_0(v0);
      let b = broadcast_0(v1);
      let c = broadcast_0(v2);
      let d = broadcast_0(v3);
      let s4 = inputs[x4 + at];
      z4a += s4 * a; z4b += s4 * b; z4c += s4 * c; z4d += s4 * d;
      let s5 = inputs[x5 + at];
      z5a += s5 * a; z5b += s5 * b; z5c += s5 * c; z5d += s5 * d;
      let s6 = inputs[x6 + at];
      z6a += s6 * a; z6b += s6 * b; z6c += s6 * c; z6d += s6 * d;
      let s7 = inputs[x7 + at];
      z7a += s7 * a; z7b += s7 * b; z7c += s7 * c; z7d += s7 * d;
#else
      let a = broadcast_0(v0);
      let b = broadcast_4(v0);
      let c = broadcast_0(v1);
      let d = broadcast_4(v1);
#endif
      let s0 = inputs[x0 + at];
      z0a += s0 * a; z0b += s0 * b; z0c += s0 * c; z0d += s0 * d;
      let s1 = inputs[x1 + at];
      z1a += s1 * a; z1b += s1 * b; z1c += s1 * c; z1d += s1 * d;
      let s2 = inputs[x2 + at];
      z2a += s2 * a; z2b += s2 * b; z2c += s2 * c; z2d += s2 * d;
      let s3 = inputs[x3 + at];
      z3a += s3 * a; z3b += s3 * b; z3c += s3 * c; z3d += s3 * d;
    }
  }
  // A loop that no driver can unroll, since its bound (TILE_QUADS, in effect) is no constant: unrolled 16 or 32 times, the
  // activation makes compilation take seconds.
#if LANES_4
  var values = array<vec4<f32>, 32>(
    z0a, z0b, z0c, z0d,
    z1a, z1b, z1c, z1d,
    z2a, z2b, z2c, z2d,
    z3a, z3b, z3c, z3d,
    z4a, z4b, z4c, z4d,
    z5a, z5b, z5c, z5d,
    z6a, z6b, z6c, z6d,
    z7a, z7b, z7c, z7d,
  );
#else
  var values = array<vec4<f32>, 16>(
    z0a, z0b, z0c, z0d,
    z1a, z1b, z1c, z1d,
    z2a, z2b, z2c, z2d,
    z3a, z3b, z3c, z3d,
  );
#endif
  for (var n = 0u; n < min(TILE_QUADS, layer.output_quads * 32u); n++) {
    write_quad(values[n], tile.z, sample + n / 4u * LANES, position, quad + n % 4u);
  }
}
