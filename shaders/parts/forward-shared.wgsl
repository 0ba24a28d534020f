// forward_layer in its SHARED form: see forward.wgsl and workgroup-tile.wgsl.
// A chunk is 16 quads of inputs. Rows of the left operand are samples, of the right one outputs; invocation t loads quads
// t % 8 and t % 8 + 8 of row t / 8 of both, the next chunk's while this one is summed.

// A quad of the job's source, 0 past the last one.
fn staged_source(job: u32, row: u32, quad: u32) -> vec4<f32> {
  if (quad >= layer.input_quads) { return vec4<f32>(0.0); }
  return masked(source_quad(row + quad), mask_quad(job, quad));
}

// A quad of parameters, 0 past the last one.
fn staged_parameters(row: u32, quad: u32) -> vec4<f32> {
  if (quad >= layer.input_quads) { return vec4<f32>(0.0); }
  return parameters[row + quad];
}

@compute @workgroup_size(256)
fn forward_layer(@builtin(workgroup_id) at: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let job = batch.first_job + at.z;
  let own = place_of(thread);
  let row = thread / 8u;
  let column = thread % 8u;
  let source = source_row(job, at.z, at.y * 32u + row);
  let weights = parameter_row(job, at.x * 32u + row);
  // Outputs 4 tx .. 4 tx + 3 stand in rows tx, 8 + tx, 16 + tx and 24 + tx: the rows that 8 invocations read at once are
  // then neighbours, and in different banks.
  let output_row = row % 4u * 8u + row / 4u;
  let left = TILE_LEFT + swizzled(row, column);
  let right = TILE_RIGHT + swizzled(output_row, column);
  var x0 = staged_source(job, source, column);
  var x1 = staged_source(job, source, column + 8u);
  var w0 = staged_parameters(weights, column);
  var w1 = staged_parameters(weights, column + 8u);
  var z0 = vec4<f32>(0.0);
  var z1 = vec4<f32>(0.0);
  var z2 = vec4<f32>(0.0);
  var z3 = vec4<f32>(0.0);
  for (var chunk = 0u; chunk < layer.input_quads; chunk += 16u) {
    tile[left] = x0;
    tile[left + 8u] = x1;
    tile[right] = w0;
    tile[right + 8u] = w1;
    workgroupBarrier();
    let next = chunk + 16u + column;
    x0 = staged_source(job, source, next);
    x1 = staged_source(job, source, next + 8u);
    w0 = staged_parameters(weights, next);
    w1 = staged_parameters(weights, next + 8u);
    for (var n = 0u; n < 4u; n++) {
      let quad = own.group * 4u + n;
      let w = mat4x4<f32>(
        tile[TILE_RIGHT + swizzled(own.tx, quad)],
        tile[TILE_RIGHT + swizzled(own.tx + 8u, quad)],
        tile[TILE_RIGHT + swizzled(own.tx + 16u, quad)],
        tile[TILE_RIGHT + swizzled(own.tx + 24u, quad)],
      );
      z0 += tile[TILE_LEFT + swizzled(own.ty * 4u, quad)] * w;
      z1 += tile[TILE_LEFT + swizzled(own.ty * 4u + 1u, quad)] * w;
      z2 += tile[TILE_LEFT + swizzled(own.ty * 4u + 2u, quad)] * w;
      z3 += tile[TILE_LEFT + swizzled(own.ty * 4u + 3u, quad)] * w;
    }
    workgroupBarrier();
  }
  let sum = summed(thread, z0, z1, z2, z3);
  write_quad(sum, at.z, at.y * 32u + row, at.x * 8u + column);
}
