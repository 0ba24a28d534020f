// The first and the end of the taps along one axis that lie within the map; `at` is where the first one would be.
fn taps_within(at: i32, kernel: u32, extent: u32) -> vec2<u32> {
  return vec2<u32>(u32(clamp(-at, 0, i32(kernel))), u32(clamp(i32(extent) - at, 0, i32(kernel))));
}
