// The derivative of the activation function, from its value t; not of GELU, whose value does not tell it (see SLOPES_KEPT).
fn derivative(t: vec4<f32>) -> vec4<f32> {
  if (ACTIVATION == 1u) { return t * (1.0 - t); }
  if (ACTIVATION == 2u) { return 1.0 - t * t; }
  if (ACTIVATION == 3u) { return select(vec4<f32>(0.0), vec4<f32>(1.0), t > vec4<f32>(0.0)); }
  if (ACTIVATION == 4u) { return select(vec4<f32>(ALPHA), vec4<f32>(1.0), t > vec4<f32>(0.0)); }
  if (ACTIVATION == 5u) { return select(t + ALPHA, vec4<f32>(1.0), t > vec4<f32>(0.0)); }
  if (ACTIVATION == 6u) {
    // 1 - e^-t, which cancels near 0.
    return select(1.0 - exp(-t), t * (1.0 - t * (0.5 - t * (1.0 / 6.0 - t / 24.0))), t < vec4<f32>(0.02));
  }
  return vec4<f32>(1.0);
}
