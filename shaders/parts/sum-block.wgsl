// Sums over samples in float32, in blocks of 1024 samples of the whole set, whatever chunks and pages are: `offset` is how many of a
// page's first block came with the page before, whose sums the host puts into that block. Within a block sums run in the order of
// the samples; the host adds blocks in float64 and in order. So neither chunks nor pages change a bit. The error of a sum of K terms
// is at most 4 sqrt(K + 1) 2^-23 S, S being the sum of their sizes (docs/measures.md 7).
// Sums hold zeros, or what came with the page before, at the first chunk of a page; chunks run in order.

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

const BLOCK = 1024u; // samples of a float32 sum

// What a chunk has of a block.
struct Stretch {
  number: u32, // of the block in the page
  first: u32,  // rows of the chunk
  end: u32,
}

// Of the `place`-th block that the chunk touches; empty past the last one.
fn stretch_of(place: u32) -> Stretch {
  let earlier = chunk.offset + chunk.first; // samples of the page's first block and of the page, up to this chunk
  let number = earlier / BLOCK + place;
  let start = max(earlier, BLOCK * number);
  let end = max(start, min(earlier + chunk.count, BLOCK * number + BLOCK));
  return Stretch(number, start - earlier, end - earlier);
}
