// What becomes of the sum of one quad of a gradient: with the L2 term it is used by Adam, or written.
fn finish(sum: vec4<f32>, network: u32, output: u32, quad: u32) {
  if (output >= layer.outputs) { return; }
  let slot = (network * layer.outputs + output) * layer.input_quads + quad;
  let value = parameters[slot];
  let lane = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  let gradient = sum + select(vec4<f32>(0.0), 2.0 * batch.l2 * value, lane < vec4<u32>(layer.inputs));
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
