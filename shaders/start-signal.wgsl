// Where a pass back through a network begins: what flows from each logit, for every sample of a chunk and a batch of networks.
//   LOSS:   signal[r, s, c] = softmax(logits[r, s])_c - [c = y_s], the derivative of the sample's cross-entropy, nats
//   LABEL:  signal[r, s, c] = [c = y_s], the derivative of the label's logit
//   LOGIT:  signal[r, s, c] = [c = y_s] logits[r, s, c], the label's logit itself
//   PREDICTION: signal[r, s, c] = softmax(logits[r, s])_c, for what is compared with it
// and of networks that are copies of one, for the r-th class k of a run of classes, p being softmax(logits[r, s]),
//   UNIT:   signal[r, s, c] = [c = k], the derivative of logit k
//   SPREAD: signal[r, s, c] = sqrt(p_k) ([c = k] - p_c): the sum over k of its products with itself is diag p - p p'
// Of each sample alone, so chunks do not matter: backward.wgsl's output_delta is of a batch's mean.
// Grid: x = rows, y = networks. An invocation owns one row: no atomics, no barriers. Padding is 0; rows past the chunk stay as they are.
// Variants: "".

override KIND: u32 = 0u; // 0: LOSS, 1: LABEL, 2: LOGIT, 3: PREDICTION, 4: UNIT, 5: SPREAD

struct Rows {
  first: u32,     // first sample of this chunk, as a row of `labels`
  count: u32,     // samples in this chunk
  slab_rows: u32, // rows of one network in `logits` and `signal`
  quads: u32,     // quads of a row of both
  classes: u32,
  first_class: u32, // UNIT and SPREAD: class of network 0
}

@group(0) @binding(0) var<uniform> rows: Rows;
@group(0) @binding(1) var<storage, read> labels: array<u32>;              // [samples]
@group(0) @binding(2) var<storage, read> logits: array<f32>;              // [networks, slab_rows, class_lanes]
@group(0) @binding(3) var<storage, read_write> signal: array<vec4<f32>>;  // [networks, slab_rows, class_quads]

@compute @workgroup_size(32)
fn start_signal(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= rows.count) { return; }
  let row = (id.y * rows.slab_rows + id.x) * rows.quads;
  let base = row * 4u;
  let label = labels[rows.first + id.x];
  var highest = logits[base];
  var total = 0.0;
  if (KIND == 0u || KIND == 3u || KIND == 5u) {
    for (var c = 1u; c < rows.classes; c++) { highest = max(highest, logits[base + c]); }
    for (var c = 0u; c < rows.classes; c++) { total += exp(logits[base + c] - highest); }
  }
  let chosen = rows.first_class + id.y;
  var root = 0.0;
  if (KIND == 5u) { root = sqrt(exp(logits[base + chosen] - highest) / total); }
  for (var quad = 0u; quad < rows.quads; quad++) {
    var values = vec4<f32>(0.0);
    for (var lane = 0u; lane < 4u; lane++) {
      let c = quad * 4u + lane;
      if (c < rows.classes) {
        let own = select(0.0, 1.0, c == label);
        if (KIND == 0u) {
          values[lane] = exp(logits[base + c] - highest) / total - own;
        } else if (KIND == 1u) {
          values[lane] = own;
        } else if (KIND == 3u) {
          values[lane] = exp(logits[base + c] - highest) / total;
        } else if (KIND == 4u) {
          values[lane] = select(0.0, 1.0, c == chosen);
        } else if (KIND == 5u) {
          values[lane] = root * (select(0.0, 1.0, c == chosen) - exp(logits[base + c] - highest) / total);
        } else {
          values[lane] = select(0.0, logits[base + c], c == label);
        }
      }
    }
    signal[row + quad] = values;
  }
}
