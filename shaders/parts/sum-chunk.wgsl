// A chunk of samples whose values are added up in blocks.
#include "parts/sum-block.wgsl"

struct Chunk {
  first: u32,      // first sample of this chunk within the page
  count: u32,      // samples in this chunk
  slab_rows: u32,  // rows of one job in arrays of samples
  unit_lanes: u32, // floats of a row there, padding included
  units: u32,      // neurons
  classes: u32,    // class sums: of the labels
  blocks: u32,     // blocks of the page, that of `offset` included
  offset: u32,     // samples of the page's first block that came before the page
}

fn stretch_of(place: u32) -> Stretch {
  return stretch_in(place, chunk.offset + chunk.first, chunk.count);
}
