struct Layer {
  input_quads: u32,   // quads of a source row and of a parameter row
  inputs: u32,        // input units; the lane of this index is the bias
  outputs: u32,       // units of the layer
  output_quads: u32,  // quads of a row of its delta
  slab_rows: u32,     // rows of one network in every slab: the batch size
  order_rows: u32,    // rows of `order` for one network
}
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
