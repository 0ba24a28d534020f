// A step of training: which samples, and the terms of Adam.
struct Batch {
  first: u32,               // first position in `order`
  count: u32,               // samples in this batch
  learning_rate: f32,       // learningRate / (1 - beta1^t)
  variance_correction: f32, // 1 / sqrt(1 - beta2^t)
  beta1: f32,
  beta2: f32,
  one_minus_beta1: f32,     // from the host's float64: formed here, 1 - beta2 would be wrong by 1e-5 of itself
  one_minus_beta2: f32,
  epsilon: f32,
  l2: f32,
}
