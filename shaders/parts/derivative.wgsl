// The derivative of the activation function, from its value t.
fn derivative(t: vec4<f32>) -> vec4<f32> {
  if (ACTIVATION == 1u) { return t * (1.0 - t); }
  if (ACTIVATION == 2u) { return 1.0 - t * t; }
  if (ACTIVATION == 3u) { return select(vec4<f32>(0.0), vec4<f32>(1.0), t > vec4<f32>(0.0)); }
  return vec4<f32>(1.0);
}
