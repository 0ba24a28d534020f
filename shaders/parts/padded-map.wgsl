// A quad of a row of a map: behind the last channel the lane of 1, where rows have it, then zeros.
fn padded_map(values: vec4<f32>, quad: u32) -> vec4<f32> {
  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  let is_one = (unit == vec4<u32>(layer.outputs)) & vec4<bool>(layer.homogeneous == 1u);
  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), is_one);
  return select(padding, values, unit < vec4<u32>(layer.outputs));
}
