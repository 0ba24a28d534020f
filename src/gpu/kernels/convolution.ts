/** shaders/convolution.wgsl on the host: rows of maps and of parameters, variants, grid. */
import type { ActivationLike } from "../../core/activation.ts";
import {
  type ConvolutionLayer,
  type ConvolutionShape,
  convolutionTarget,
  tapsOf,
} from "../../core/layers/convolution.ts";
import { areaOf, type MapShape } from "../../core/layers/maps.ts";
import type { GpuContext } from "../device/context.ts";
import { type CostFacts, createKernel, type Grid } from "../device/kernel.ts";
import { type ArraySpec, f32 } from "../device/layout.ts";
import { quadsOf } from "../device/packing.ts";
import type { Cost } from "../device/recorder.ts";
import type { StructValues } from "../device/uniforms.ts";
import { convolution } from "../generated/shaders.ts";
import { activationOverrides } from "./activation.ts";
import { activationOperations, QUAD, QUAD_BYTES } from "./cost.ts";
import * as subgroup from "./subgroup.ts";

type Layer = StructValues<(typeof convolution)["structs"]["Layer"]>;

/** Quads of a row of a map; of one position, where the map is what a dense layer reads, it is homogeneous. */
export function mapQuads({ channels, ...extents }: MapShape): number {
  return areaOf(extents) === 1 ? quadsOf(channels) : Math.ceil(channels / QUAD);
}

/** [slabs, samples and positions, lanes]. */
export function mapLayout(map: MapShape, slabs: number, samples: number): ArraySpec<"f32", 3> {
  return f32(slabs, samples * areaOf(map), mapQuads(map) * QUAD);
}

/** Quads of a unit's parameters: those of the channels for each tap, and one whose first lane is the bias. */
const parameterQuads = ({ source, window }: Pick<ConvolutionShape, "source" | "window">) =>
  tapsOf({ window }) * mapQuads(source) + 1;

/** [networks, outputs, lanes]. */
export function convolutionParameters(shape: ConvolutionShape, networks: number): ArraySpec<"f32", 3> {
  return f32(networks, shape.units, parameterQuads(shape) * QUAD);
}

/** The same layer of several networks, as `convolutionParameters`. */
export function packConvolutions(layers: readonly ConvolutionLayer[]): Float32Array {
  const [{ source, outputs, ...first }] = layers as [ConvolutionLayer];
  const taps = tapsOf(first);
  const lanes = mapQuads(source) * QUAD;
  const each = parameterQuads({ source, ...first }) * QUAD;
  const packed = new Float32Array(layers.length * outputs * each);
  layers.forEach(({ weights, biases }, network) => {
    for (let output = 0; output < outputs; output++) {
      const row = (network * outputs + output) * each;
      for (let channel = 0; channel < source.channels; channel++) {
        const from = (output * source.channels + channel) * taps;
        for (let tap = 0; tap < taps; tap++) packed[row + tap * lanes + channel] = weights[from + tap]!;
      }
      packed[row + taps * lanes] = biases[output]!;
    }
  });
  return packed;
}

/** @param ownSource whether each job has a slab of its own below, and not that of its network */
export function convolutionUniform(
  { source, window, units }: ConvolutionShape,
  { slabRows, ownSource }: { readonly slabRows: number; readonly ownSource: boolean },
): Layer {
  const target = convolutionTarget({ source, window }, units);
  return {
    channels: source.channels,
    input_quads: mapQuads(source),
    input_height: source.height,
    input_width: source.width,
    outputs: units,
    output_quads: mapQuads(target),
    output_height: target.height,
    output_width: target.width,
    kernel_height: window.kernel.y,
    kernel_width: window.kernel.x,
    stride_y: window.stride.y,
    stride_x: window.stride.x,
    top: window.padding.top,
    left: window.padding.left,
    parameter_quads: parameterQuads({ source, window }),
    slab_rows: slabRows,
    own_source: ownSource ? 1 : 0,
    homogeneous: areaOf(target) === 1 ? 1 : 0,
  };
}

export function createConvolve(gpu: GpuContext, activation: ActivationLike) {
  const overrides = activationOverrides(activation);
  const cost = (facts: CostFacts<typeof convolution>) => convolveCost(facts, activation);
  const options = { overrides, dynamic: "batch", cost };
  return createKernel(gpu, convolution, "convolve", subgroup.variantFor(gpu, ""), options);
}

/** Outputs and samples of a tile. */
function tileOf({ subgroupLanes }: Pick<GpuContext, "subgroupLanes">) {
  return subgroupLanes === 0 ? { quads: 1, samples: 4 } : { quads: 4, samples: 32 };
}

export function convolveGrid(gpu: GpuContext, target: MapShape, samples: number, jobs: number): Grid {
  const tile = tileOf(gpu);
  const tiles = Math.ceil(mapQuads(target) / tile.quads) * Math.ceil(samples / tile.samples);
  return [areaOf(target) * Math.max(1, gpu.subgroupLanes), tiles, jobs];
}

/** Quads of the maps of one sample: what is read, and what is given. */
export function quadsOfMaps(layer: Layer): { readonly source: number; readonly target: number } {
  return {
    source: layer.input_height * layer.input_width * layer.input_quads,
    target: layer.output_height * layer.output_width * layer.output_quads,
  };
}

/** Taps that lie outside of the map are counted as if they did not. Jobs are spread over as many networks as there are. */
function convolveCost({ grid, uniform, shape }: CostFacts<typeof convolution>, activation: ActivationLike): Cost {
  const jobs = grid[2];
  const layer = uniform("Layer");
  const { outputs, output_height, output_width, parameter_quads } = layer;
  const { count } = uniform("Batch");
  const networks = Math.min(jobs, shape("parameters")[0]!);
  const area = output_height * output_width;
  const { source, target } = quadsOfMaps(layer);
  const maps = (layer.own_source === 1 ? jobs : networks) * count * source + jobs * count * target;
  return {
    operations: jobs * count * area * outputs * (2 * (parameter_quads - 1) * QUAD + activationOperations(activation)),
    bytes: (networks * outputs * parameter_quads + maps) * QUAD_BYTES,
  };
}
