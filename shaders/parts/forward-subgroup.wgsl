// forward_layer in its SUBGROUP form: see forward.wgsl.

#include "parts/subgroup-tile.wgsl"

@compute @workgroup_size(LANES)
fn forward_layer(@builtin(workgroup_id) tile: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let quad = tile.x * 4u;
  let sample = tile.y * 32u + lane;
  let job = batch.first_job + tile.z;
  let last = layer.outputs - 1u;
  let matrix = jobs[job].network * layer.outputs;
  let row = quad * 4u + lane;
  let w0 = (matrix + min(row, last)) * layer.input_quads;
  let w1 = (matrix + min(row + LANES, last)) * layer.input_quads;
#if LANES_4
  let w2 = (matrix + min(row + 8u, last)) * layer.input_quads;
  let w3 = (matrix + min(row + 12u, last)) * layer.input_quads;
  let x4 = source_row(job, tile.z, sample + 16u);
  let x5 = source_row(job, tile.z, sample + 20u);
  let x6 = source_row(job, tile.z, sample + 24u);
  let x7 = source_row(job, tile.z, sample + 28u);
  var z4a = vec4<f32>(0.0); var z4b = vec4<f32>(0.0); var z4c = vec4<f32>(0.0); var z4d = vec4<f32>(0.0);
  var z5a = vec4<f32>(0.0); var z5b = vec4<f32>(0.0); var z5c = vec4<f32>(0.0); var z5d = vec4<f32>(0.0);
  var z6a = vec4<f32>(0.0); var z6b = vec4<f32>(0.0); var z6c = vec4<f32>(0.0); var z6d = vec4<f32>(0.0);
  var z7a = vec4<f32>(0.0); var z7b = vec4<f32>(0.0); var z7c = vec4<f32>(0.0); var z7d = vec4<f32>(0.0);
#endif
  let x0 = source_row(job, tile.z, sample);
  let x1 = source_row(job, tile.z, sample + LANES);
  let x2 = source_row(job, tile.z, sample + 2u * LANES);
  let x3 = source_row(job, tile.z, sample + 3u * LANES);
  var z0a = vec4<f32>(0.0); var z0b = vec4<f32>(0.0); var z0c = vec4<f32>(0.0); var z0d = vec4<f32>(0.0);
  var z1a = vec4<f32>(0.0); var z1b = vec4<f32>(0.0); var z1c = vec4<f32>(0.0); var z1d = vec4<f32>(0.0);
  var z2a = vec4<f32>(0.0); var z2b = vec4<f32>(0.0); var z2c = vec4<f32>(0.0); var z2d = vec4<f32>(0.0);
  var z3a = vec4<f32>(0.0); var z3b = vec4<f32>(0.0); var z3c = vec4<f32>(0.0); var z3d = vec4<f32>(0.0);
  for (var i = 0u; i < layer.input_quads; i++) {
    let mask = mask_quad(job, i);
    let v0 = parameters[w0 + i];
    let v1 = parameters[w1 + i];
#if LANES_4
    let v2 = parameters[w2 + i];
    let v3 = parameters[w3 + i];
    let a = broadcast_0(v0);
    let b = broadcast_0(v1);
    let c = broadcast_0(v2);
    let d = broadcast_0(v3);
    let s4 = masked(source_quad(x4 + i), mask);
    z4a += s4 * a; z4b += s4 * b; z4c += s4 * c; z4d += s4 * d;
    let s5 = masked(source_quad(x5 + i), mask);
    z5a += s5 * a; z5b += s5 * b; z5c += s5 * c; z5d += s5 * d;
    let s6 = masked(source_quad(x6 + i), mask);
    z6a += s6 * a; z6b += s6 * b; z6c += s6 * c; z6d += s6 * d;
    let s7 = masked(source_quad(x7 + i), mask);
    z7a += s7 * a; z7b += s7 * b; z7c += s7 * c; z7d += s7 * d;
#else
    let a = broadcast_0(v0);
    let b = broadcast_4(v0);
    let c = broadcast_0(v1);
    let d = broadcast_4(v1);
#endif
    let s0 = masked(source_quad(x0 + i), mask);
    z0a += s0 * a; z0b += s0 * b; z0c += s0 * c; z0d += s0 * d;
    let s1 = masked(source_quad(x1 + i), mask);
    z1a += s1 * a; z1b += s1 * b; z1c += s1 * c; z1d += s1 * d;
    let s2 = masked(source_quad(x2 + i), mask);
    z2a += s2 * a; z2b += s2 * b; z2c += s2 * c; z2d += s2 * d;
    let s3 = masked(source_quad(x3 + i), mask);
    z3a += s3 * a; z3b += s3 * b; z3c += s3 * c; z3d += s3 * d;
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
    write_quad(values[n], tile.z, sample + n / 4u * LANES, quad + n % 4u);
  }
}
