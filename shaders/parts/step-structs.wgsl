struct Layer {
  input_quads: u32,   // quads of a source row and of a parameter row
  inputs: u32,        // input units; the lane of this index is the bias
  outputs: u32,       // units of the layer
  output_quads: u32,  // quads of a row of its delta
  slab_rows: u32,     // rows of one network in every slab: the batch size
  order_rows: u32,    // rows of `order` for one network
}
#include "parts/step-batch.wgsl"
