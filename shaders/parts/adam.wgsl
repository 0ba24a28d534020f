// What becomes of the sum of one quad of a gradient: with the L2 term it is used by Adam, or written.
fn finish(sum: vec4<f32>, network: u32, output: u32, quad: u32) {
  if (output >= layer.outputs) { return; }
  let slot = (network * layer.outputs + output) * layer.input_quads + quad;
  let lane = vec4<u32>(quad * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  finish_quad(sum, slot, lane < vec4<u32>(layer.inputs));
}

#include "parts/adam-quad.wgsl"
