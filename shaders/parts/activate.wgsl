// Finite for every finite z, and NaN stays NaN, so that a diverged run shows in its loss.
fn activate(z: vec4<f32>) -> vec4<f32> {
  if (ACTIVATION == 1u) {
    let e = exp(-abs(z));
    return select(e, vec4<f32>(1.0), z >= vec4<f32>(0.0)) / (1.0 + e);
  }
  if (ACTIVATION == 2u) {
    // The built-in tanh may be wrong by 1e-5 and overflows on some drivers; near 0 the series keeps the sign.
    let e = exp(-2.0 * abs(z));
    return select(sign(z) * (1.0 - e) / (1.0 + e), z * (1.0 - z * z / 3.0), abs(z) < vec4<f32>(0.02));
  }
  if (ACTIVATION == 3u) {
    return select(z, vec4<f32>(0.0), z < vec4<f32>(0.0)); // not max(): it may turn NaN into 0
  }
  return z;
}
