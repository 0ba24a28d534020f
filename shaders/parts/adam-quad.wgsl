// One quad of parameters, of which some lanes are weights, and have an L2 term.
fn finish_quad(sum: vec4<f32>, slot: u32, weights: vec4<bool>) {
  let value = parameters[slot];
  let gradient = sum + select(vec4<f32>(0.0), 2.0 * batch.l2 * value, weights);
#if GRADIENT
  gradients[slot] = gradient;
#else
  let m = batch.beta1 * first_moments[slot] + batch.one_minus_beta1 * gradient;
  let v = batch.beta2 * second_moments[slot] + batch.one_minus_beta2 * gradient * gradient;
  first_moments[slot] = m;
  second_moments[slot] = v;
  parameters[slot] = value - batch.learning_rate * m / (sqrt(v) * batch.variance_correction + batch.epsilon);
#endif
}
