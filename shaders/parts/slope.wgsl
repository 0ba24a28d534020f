// act'(z) of GELU, whose value does not tell it: of z p(z) it is p + z p'. Finite for every finite z, and NaN stays NaN.
fn slope(z: vec4<f32>) -> vec4<f32> {
  let x = min(abs(z), vec4<f32>(20.0)); // beyond, p' is 0
  if (ACTIVATION == 7u) { return normal_probability(z) + z * (0.39894228 * exp(-0.5 * x * x)); }
  // p is the sigmoid of 2 u, and p' is p (1 - p) times the derivative of 2 u.
  let e = tanh_exponential(z);
  let p = select(vec4<f32>(1.0), e, z < vec4<f32>(0.0)) / (1.0 + e);
  return p + z * (e / ((1.0 + e) * (1.0 + e)) * (1.5957691 + 0.2140644 * x * x));
}
