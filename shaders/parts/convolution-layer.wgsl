struct Layer {
  channels: u32,        // of the map below
  input_quads: u32,     // quads of a row of it
  input_height: u32,
  input_width: u32,
  outputs: u32,         // channels of the layer
  output_quads: u32,    // quads of a row of its map
  output_height: u32,
  output_width: u32,
  kernel_height: u32,
  kernel_width: u32,
  stride_y: u32,
  stride_x: u32,
  top: u32,             // rows of zeros above the map, and columns to its left
  left: u32,
  parameter_quads: u32, // quads of a row of `parameters`: those of all taps, and one of bias
  slab_rows: u32,       // samples of one slab
  own_source: u32,      // 1: job z reads slab z of `inputs` (its own); 0: the slab of its network, shared by many jobs
  homogeneous: u32,     // 1: rows of `outputs` end with a lane of 1
}
