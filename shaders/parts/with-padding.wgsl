// A quad of a row of units: those past the last one are padding, the homogeneous 1, then zeros.
fn with_padding(values: vec4<f32>, quad: u32, units: u32) -> vec4<f32> {
  let unit = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  let padding = select(vec4<f32>(0.0), vec4<f32>(1.0), unit == vec4<u32>(units));
  return select(padding, values, unit < vec4<u32>(units));
}
