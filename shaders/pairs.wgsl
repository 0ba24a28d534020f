// Samples for which two neurons are both 1, by class: some neurons of a layer with all of another, or of the same.
//   count_pairs: both[j, r, v, c] = sum_w popcount( bits[j, first + r, w] & other_bits[j, v, w] & class_bits[c, w] )
// Of a layer with itself only the pairs first + r < v are counted; the others are not written.
// An invocation owns 4 x 4 pairs and a class, in registers: of each word it reads 4 neurons, 4 others and the class for 16
// counts. Neighbours differ by class, so that they read the same neurons. Nothing is shared: no atomics, no barriers. Exact.
// Preconditions: bits behind the last sample may be anything; class_bits is 0 there.

struct Tile {
  first: u32,       // first neuron of the rows
  rows: u32,
  units: u32,       // neurons of a network in `bits`
  other_units: u32, // and in `other_bits`
  words: u32,       // words of 32 samples
  classes: u32,
  same: u32,        // 1: a layer with itself
}

@group(0) @binding(0) var<uniform> tile: Tile;
@group(0) @binding(1) var<storage, read> bits: array<u32>;       // [jobs, units, words]
@group(0) @binding(2) var<storage, read> other_bits: array<u32>; // [jobs, other_units, words]
@group(0) @binding(3) var<storage, read> class_bits: array<u32>; // [classes, words]
@group(0) @binding(4) var<storage, read_write> both: array<u32>; // [jobs, rows, other_units, classes]

const SIDE = 4u; // of the pairs of an invocation

fn store(row: u32, other: u32, job_and_class: vec2<u32>, counts: vec4<u32>) {
  if (row >= tile.rows) { return; }
  for (var lane = 0u; lane < SIDE; lane++) {
    let v = other + lane;
    if (v >= tile.other_units || (tile.same == 1u && v <= tile.first + row)) { continue; }
    both[((job_and_class.x * tile.rows + row) * tile.other_units + v) * tile.classes + job_and_class.y] = counts[lane];
  }
}

// Grid: x = classes of each 4 other neurons, y = every 4 rows, z = jobs.
@compute @workgroup_size(64)
fn count_pairs(@builtin(global_invocation_id) id: vec3<u32>) {
  let label = id.x % tile.classes;
  let other = (id.x / tile.classes) * SIDE;
  let row = id.y * SIDE;
  if (other >= tile.other_units || row >= tile.rows) { return; }
  if (tile.same == 1u && other + SIDE - 1u <= tile.first + row) { return; }
  // Behind the last neuron the last is counted again, and not stored.
  let last = tile.units - 1u;
  let last_other = tile.other_units - 1u;
  let lanes = vec4<u32>(0u, 1u, 2u, 3u);
  let own_at = (id.z * tile.units + min(vec4<u32>(tile.first + row) + lanes, vec4<u32>(last))) * tile.words;
  let other_at = (id.z * tile.other_units + min(vec4<u32>(other) + lanes, vec4<u32>(last_other))) * tile.words;
  let class_at = label * tile.words;
  var counts0 = vec4<u32>();
  var counts1 = vec4<u32>();
  var counts2 = vec4<u32>();
  var counts3 = vec4<u32>();
  for (var word = 0u; word < tile.words; word++) {
    let in_class = class_bits[class_at + word];
    let others = vec4<u32>(
      other_bits[other_at.x + word],
      other_bits[other_at.y + word],
      other_bits[other_at.z + word],
      other_bits[other_at.w + word],
    ) & vec4<u32>(in_class);
    counts0 += countOneBits(others & vec4<u32>(bits[own_at.x + word]));
    counts1 += countOneBits(others & vec4<u32>(bits[own_at.y + word]));
    counts2 += countOneBits(others & vec4<u32>(bits[own_at.z + word]));
    counts3 += countOneBits(others & vec4<u32>(bits[own_at.w + word]));
  }
  let place = vec2<u32>(id.z, label);
  store(row, other, place, counts0);
  store(row + 1u, other, place, counts1);
  store(row + 2u, other, place, counts2);
  store(row + 3u, other, place, counts3);
}
