// Sums over samples in float32, in blocks of 1024 samples of the whole set, whatever chunks and pages are: the first block of a page
// may have begun with the page before, whose sums the host puts there. Within a block sums run in the order of the samples; the host
// adds blocks in float64 and in order. So neither chunks nor pages change a bit. The error of a sum of K terms is at most
// 4 sqrt(K + 1) 2^-23 S, S being the sum of their sizes (docs/measures.md 7).
// Sums hold zeros, or what came with the page before, at the first chunk of a page; chunks run in order.

const BLOCK = 1024u; // samples of a float32 sum

// What a chunk has of a block.
struct Stretch {
  number: u32, // of the block in the page
  first: u32,  // rows of the chunk
  end: u32,
}

// Of the `place`-th block that a chunk of `count` samples touches; empty past the last one.
// `earlier`: samples of the page's first block and of the page, up to this chunk.
fn stretch_in(place: u32, earlier: u32, count: u32) -> Stretch {
  let number = earlier / BLOCK + place;
  let start = max(earlier, BLOCK * number);
  let end = max(start, min(earlier + count, BLOCK * number + BLOCK));
  return Stretch(number, start - earlier, end - earlier);
}
