/**
 * What every hidden neuron's output does to the loss: a backward pass through the networks as they are, sample by sample, behind the
 * forward pass of each chunk.
 */
import { needsKeptSlope } from "../../core/activation.ts";
import type { GradientSums } from "../../core/evidence.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { greatest } from "../../core/long-arrays.ts";
import { f32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { lanesOf } from "../../gpu/device/packing.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { gradientSums as shader } from "../../gpu/generated/shaders.ts";
import { createAddGradients } from "../../gpu/kernels/gradient-sums.ts";
import { sumBlockGrid } from "../../gpu/kernels/sum-block.ts";
import { outputsLayout } from "../../gpu/layers/layer-kind.ts";
import { onDevice } from "../../gpu/layers/registry.ts";
import { activationAfter, type DeviceNetworks } from "../device-networks.ts";
import { chunksOf, type PassSize } from "../forward-pass.ts";
import { type LayerPass, LayerPasses, layerPassesLayout } from "../layer-passes.ts";
import { BlockSums, pagePlace, sumChunks } from "./block-sums.ts";
import type { Collector, PageRide, Rider } from "./ride.ts";
import { bindStart, startLayout } from "./start.ts";

/** Sums of a neuron: of |g|, |g t|, g t and (g t)^2. */
const FLOATS = 4;

/** What a collector of gradients takes for one page. @param blocks at most, where the page's place is not known */
export function gradientsLayout({ shape, networks, samples, rows }: PassSize, blocks: number, kept: boolean) {
  const chunks = chunksOf(samples, rows).length;
  const hidden = hiddenUnits(shape);
  const layer = hidden.map((units, index) => ({
    sums: f32(networks, units, FLOATS * blocks),
    chunks: uniforms(shader, "Chunk", chunks),
    back: onDevice(shape[index + 1]!).backwardUniform,
    again: kept ? onDevice(shape[index]!).forwardUniform : undefined,
  }));
  const arrays = {
    layer,
    delta: shape.map((layer) => outputsLayout(layer, networks, rows)),
    /** z of one layer after the other, where an activation's value does not tell its slope. */
    preactivations: kept ? f32(networks, rows, greatest(hidden.map(lanesOf))) : undefined,
    start: startLayout(chunks),
    passes: layerPassesLayout(networks, chunks),
  };
  return { arrays, read: { layer: layer.map(({ sums }) => ({ sums })) } };
}

/** Arrays as large as the activations of a chunk. */
export function gradientCopies(kept: boolean): number {
  return kept ? 2 : 1;
}

type GradientArrays = Allocated<ReturnType<typeof gradientsLayout>["arrays"]>;

export interface GradientsCollector extends Collector {
  /** [networks][hidden layers] */
  gathered(): GradientSums[][];
}

/** @param kept whether slopes of some activation must be worked out from z */
export function createGradientsCollector({ count, shape }: DeviceNetworks, kept: boolean): GradientsCollector {
  const hidden = hiddenUnits(shape);
  const sums = hidden.map((units) => new BlockSums(count * units, FLOATS));
  return {
    copies: gradientCopies(kept),
    board: (pass, own) => board(pass, own, sums, kept),
    gathered: () =>
      Array.from({ length: count }, (_, network) =>
        hidden.map((units, layer): GradientSums => {
          const column = (part: number) => sums[layer]!.column(network * units, units, part);
          return { sizes: column(0), productSizes: column(1), products: column(2), squares: column(3) };
        }),
      ),
  };
}

async function board(pass: PageRide, own: Owned, sums: readonly BlockSums[], kept: boolean): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const { shape, count } = networks;
  const place = pagePlace(pass);
  const size = { shape, networks: count, samples: page.count, rows: forward.rows };
  const arrays = own.allocate(gradientsLayout(size, place.blocks, kept).arrays, "gradients");
  const passes = new LayerPasses(pass, arrays.passes);
  const layers = [await bindStart(pass, "loss", arrays.start, arrays.delta.at(-1)!)];
  for (let layer = sums.length - 1; layer >= 0; layer--) {
    sums[layer]!.begin(gpu, arrays.layer[layer]!.sums, place);
    layers.push(await gradientsOf(pass, passes, arrays, layer));
  }
  return {
    encode(to, chunk) {
      for (const layer of layers) layer(to, chunk);
    },
    async collect() {
      for (const [layer, own] of sums.entries()) await own.add(gpu, arrays.layer[layer]!.sums, place);
    },
  };
}

/** g of one hidden layer from dL / dz of the layer above; its sums; its own dL / dz. */
async function gradientsOf(
  pass: PageRide,
  passes: LayerPasses,
  { layer: layers, delta, preactivations }: GradientArrays,
  layer: number,
): Promise<LayerPass> {
  const { gpu, networks, forward } = pass;
  const { sums, chunks: uniform, back: backUniform, again: againUniform } = layers[layer]!;
  const inputDelta = delta[layer]!;
  const back = await passes.back(layer + 1, { uniform: backUniform, delta: delta[layer + 1]!, inputDelta });
  const activation = activationAfter(networks, layer);
  const z = needsKeptSlope(activation) ? preactivations : undefined;
  const again =
    z &&
    (await passes.forward(layer, "identity", {
      uniform: againUniform!,
      inputs: forward.outputs[layer - 1],
      outputs: z,
    }));
  const chunks = sumChunks(pass, networks.shape[layer]!.units);
  writeUniforms(gpu, shader, uniform, chunks);
  const shared = { chunk: uniform, activations: forward.outputs[layer]!, delta: inputDelta, sums };
  const add =
    z === undefined
      ? (await createAddGradients(gpu, "", activation)).bind(shared)
      : (await createAddGradients(gpu, "PREACTIVATIONS", activation)).bind({ ...shared, preactivations: z });
  return (to, chunk) => {
    back(to, chunk);
    again?.(to, chunk);
    add.encode(to, sumBlockGrid(chunks[chunk]!, networks.count), chunk);
  };
}
