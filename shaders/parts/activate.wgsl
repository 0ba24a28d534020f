// Phi(z), for GELU. WGSL has no erf: Abramowitz and Stegun 7.1.26, whose absolute error is below 1.5e-7. Beyond 20 its
// tail is 0.
fn normal_probability(z: vec4<f32>) -> vec4<f32> {
  let x = min(abs(z), vec4<f32>(20.0)) * 0.70710678;
  let t = 1.0 / (1.0 + 0.3275911 * x);
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  let tail = 0.5 * p * exp(-x * x);
  return select(1.0 - tail, tail, z < vec4<f32>(0.0));
}

// e^-|2 u| of GELU's approximation 0.5 z (1 + tanh(u)) = z sigmoid(2 u); beyond 20 it is 0.
fn tanh_exponential(z: vec4<f32>) -> vec4<f32> {
  let x = min(abs(z), vec4<f32>(20.0));
  return exp(-1.5957691 * (x + 0.044715 * x * x * x));
}

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
  if (ACTIVATION == 4u) { return select(z, ALPHA * z, z < vec4<f32>(0.0)); }
  if (ACTIVATION == 5u) {
    // e^z - 1 for z < 0 only, so that nothing overflows; near 0, where it cancels, its series.
    let e = exp(-abs(z)) - 1.0;
    let series = z * (1.0 + z * (0.5 + z * (1.0 / 6.0 + z / 24.0)));
    return select(z, ALPHA * select(e, series, z > vec4<f32>(-0.02)), z < vec4<f32>(0.0));
  }
  if (ACTIVATION == 6u) {
    // log(1 + e) = 2 artanh(e / (2 + e)) by its series, right to 1e-8 of itself: log() may be wrong by 2^-21, and 1 + e
    // loses a small e.
    let e = exp(-abs(z));
    let s = e / (2.0 + e);
    let q = s * s;
    let tail = 1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0)));
    return select(vec4<f32>(0.0), z, z > vec4<f32>(0.0)) + 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * tail)));
  }
  if (ACTIVATION == 7u) { return z * normal_probability(z); }
  if (ACTIVATION == 8u) {
    let e = tanh_exponential(z);
    return z * select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);
  }
  return z;
}
