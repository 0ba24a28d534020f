// hidden_delta and update_parameters in their SHARED form: see backward.wgsl and workgroup-tile.wgsl.

// A quad of a row of next_delta, 0 past the last one.
fn staged_delta(row: u32, quad: u32) -> vec4<f32> {
  if (quad >= layer.output_quads) { return vec4<f32>(0.0); }
  return next_delta[row + quad];
}

// A quad of the parameters that unit `output` of the layer reads with, 0 past the last one.
fn staged_parameters(network: u32, output: u32, quad: u32) -> vec4<f32> {
  if (output >= layer.outputs) { return vec4<f32>(0.0); }
  return next_parameters[(network * layer.outputs + output) * layer.input_quads + quad];
}

// Grid: x = tiles of 32 units, y = tiles of 32 rows, z = networks. A chunk is 64 units of the layer: invocation t
// loads quads t % 8 and t % 8 + 8 of row t / 8 of next_delta, and quad t % 8 of parameter rows t / 8 and t / 8 + 32.
@compute @workgroup_size(256)
fn hidden_delta(@builtin(workgroup_id) at: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let own = place_of(thread);
  let row = thread / 8u;
  let column = thread % 8u;
  let sample = at.y * 32u + row;
  let slab = at.z * layer.slab_rows;
  let source = (slab + min(sample, layer.slab_rows - 1u)) * layer.output_quads;
  let quad = at.x * 8u + column;
  let weights = min(quad, layer.input_quads - 1u);
  let left = TILE_LEFT + swizzled(row, column);
  let right = TILE_RIGHT + thread;
  var d0 = staged_delta(source, column);
  var d1 = staged_delta(source, column + 8u);
  var w0 = staged_parameters(at.z, row, weights);
  var w1 = staged_parameters(at.z, row + 32u, weights);
  var s0 = vec4<f32>(0.0);
  var s1 = vec4<f32>(0.0);
  var s2 = vec4<f32>(0.0);
  var s3 = vec4<f32>(0.0);
  for (var chunk = 0u; chunk < layer.output_quads; chunk += 16u) {
    tile[left] = d0;
    tile[left + 8u] = d1;
    tile[right] = w0;
    tile[right + 256u] = w1;
    workgroupBarrier();
    let next = chunk + 16u;
    d0 = staged_delta(source, next + column);
    d1 = staged_delta(source, next + column + 8u);
    w0 = staged_parameters(at.z, next * 4u + row, weights);
    w1 = staged_parameters(at.z, next * 4u + row + 32u, weights);
    for (var n = 0u; n < 4u; n++) {
      let outputs = own.group * 4u + n;
      let first = TILE_RIGHT + outputs * 32u + own.tx;
      let w = mat4x4<f32>(tile[first], tile[first + 8u], tile[first + 16u], tile[first + 24u]);
      s0 += w * tile[TILE_LEFT + swizzled(own.ty * 4u, outputs)];
      s1 += w * tile[TILE_LEFT + swizzled(own.ty * 4u + 1u, outputs)];
      s2 += w * tile[TILE_LEFT + swizzled(own.ty * 4u + 2u, outputs)];
      s3 += w * tile[TILE_LEFT + swizzled(own.ty * 4u + 3u, outputs)];
    }
    workgroupBarrier();
  }
  let sum = summed(thread, s0, s1, s2, s3);
  if (sample < layer.slab_rows && quad < layer.input_quads) {
    write_hidden_delta(sum, slab + sample, quad, sample < batch.count);
  }
}

// Grid: x = tiles of 32 inputs, y = tiles of 32 outputs, z = networks. A chunk is 32 samples: invocation t loads quad
// t % 8 of row t / 8 of delta and of the source. Rows past the batch count as 0, whatever they hold.
@compute @workgroup_size(256)
fn update_parameters(@builtin(workgroup_id) at: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let own = place_of(thread);
  let row = thread / 8u;
  let column = thread % 8u;
  let quad = at.x * 8u + column;
  let source = min(quad, layer.input_quads - 1u);
  let delta_quad = min(at.y * 8u + column, layer.output_quads - 1u);
  let slab = at.z * layer.slab_rows * layer.output_quads + delta_quad;
  var g0 = vec4<f32>(0.0);
  var g1 = vec4<f32>(0.0);
  var g2 = vec4<f32>(0.0);
  var g3 = vec4<f32>(0.0);
  for (var chunk = 0u; chunk < batch.count; chunk += 32u) {
    let sample = chunk + row;
    var d = vec4<f32>(0.0);
    var x = vec4<f32>(0.0);
    if (sample < batch.count) {
      d = delta[slab + sample * layer.output_quads];
      x = source_quad(at.z, sample, source);
    }
    tile[TILE_LEFT + thread] = d;
    tile[TILE_RIGHT + thread] = x;
    workgroupBarrier();
    for (var n = 0u; n < 8u; n++) {
      let staged = (own.group * 8u + n) * 8u;
      let a = tile[TILE_LEFT + staged + own.ty];
      let b = tile[TILE_RIGHT + staged + own.tx];
      g0 += a.x * b;
      g1 += a.y * b;
      g2 += a.z * b;
      g3 += a.w * b;
    }
    workgroupBarrier();
  }
  let sum = summed(thread, g0, g1, g2, g3);
  if (quad < layer.input_quads) { finish(sum, at.z, at.y * 32u + row, quad); }
}
