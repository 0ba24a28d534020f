// Streaming bandwidth, measured as STREAM's triad does (McCalpin 1995):
//   sums[i] = addends[i] + SCALE * factors[i]
// Two arrays are read and one is written, each value once: 12 bytes for 2 operations, so memory alone limits it.
// Grid: x = quads. An invocation owns one quad: no atomics, no barriers. Preconditions: no array is shorter than
// 4 * span.quads; SCALE is small, so that integers stay exact.

override SCALE: f32 = 3.0;

struct Span {
  quads: u32, // quads of each array that take part
}

@group(0) @binding(0) var<uniform> span: Span;
@group(0) @binding(1) var<storage, read> addends: array<vec4<f32>>;    // [lanes]
@group(0) @binding(2) var<storage, read> factors: array<vec4<f32>>;    // [lanes]
@group(0) @binding(3) var<storage, read_write> sums: array<vec4<f32>>; // [lanes]

@compute @workgroup_size(256)
fn triad(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= span.quads) { return; }
  sums[id.x] = addends[id.x] + SCALE * factors[id.x];
}
