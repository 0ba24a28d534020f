// The first and the end of the taps along one axis that lie within the map; `at` is where the first one would be.
fn taps_within(at: i32, kernel: u32, extent: u32) -> vec2<u32> {
  return vec2<u32>(u32(clamp(-at, 0, i32(kernel))), u32(clamp(i32(extent) - at, 0, i32(kernel))));
}

// What the window at one place reads: where its first tap would be, and the taps within the map, first and end.
struct Taps {
  y: i32,
  x: i32,
  rows: vec2<u32>,
  columns: vec2<u32>,
}

fn taps_at(place_y: u32, place_x: u32) -> Taps {
  let y = i32(place_y * layer.stride_y) - i32(layer.top);
  let x = i32(place_x * layer.stride_x) - i32(layer.left);
  let rows = taps_within(y, layer.kernel_height, layer.input_height);
  let columns = taps_within(x, layer.kernel_width, layer.input_width);
  return Taps(y, x, rows, columns);
}
