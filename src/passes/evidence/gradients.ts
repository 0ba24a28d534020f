/**
 * What every hidden neuron's output does to the loss: a backward pass through the networks as they are, sample by sample, behind the
 * forward pass of each chunk.
 */
import { needsKeptSlope } from "../../core/activation.ts";
import type { GradientSums } from "../../core/evidence.ts";
import { greatest } from "../../core/long-arrays.ts";
import { f32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { lanesOf } from "../../gpu/device/packing.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { startSignal as startShader, gradientSums as sumsShader } from "../../gpu/generated/shaders.ts";
import { createAddGradients } from "../../gpu/kernels/gradient-sums.ts";
import { createStartSignal, startSignalGrid } from "../../gpu/kernels/start-signal.ts";
import { sumBlockGrid } from "../../gpu/kernels/sum-block.ts";
import { activationAfter, type DeviceNetworks } from "../device-networks.ts";
import { chunksOf, type PassSize } from "../forward-pass.ts";
import { backwardUniform, forwardUniform, type LayerPass, LayerPasses, layerPassesLayout } from "../layer-passes.ts";
import { BlockSums, pagePlace, sumChunks } from "./block-sums.ts";
import type { Collector, PageRide, Rider } from "./ride.ts";

/** Sums of a neuron: of |g|, |g t|, g t and (g t)^2. */
const FLOATS = 4;

/** What a collector of gradients takes for one page. @param blocks at most, where the page's place is not known */
export function gradientsLayout({ widths, networks, samples, rows }: PassSize, blocks: number, kept: boolean) {
  const chunks = chunksOf(samples, rows).length;
  const hidden = widths.slice(1, -1);
  const layer = hidden.map((units) => ({
    sums: f32(networks, units, FLOATS * blocks),
    chunks: uniforms(sumsShader, "Chunk", chunks),
    back: backwardUniform,
    again: kept ? forwardUniform : undefined,
  }));
  const arrays = {
    layer,
    delta: widths.slice(1).map((width) => f32(networks, rows, lanesOf(width))),
    /** z of one layer after the other, where an activation's value does not tell its slope. */
    preactivations: kept ? f32(networks, rows, greatest(hidden.map(lanesOf))) : undefined,
    start: uniforms(startShader, "Rows", chunks),
    passes: layerPassesLayout(networks, chunks),
  };
  return { arrays, read: { layer: layer.map(({ sums }) => ({ sums })) } };
}

/** Arrays as large as the activations of a chunk. */
export function gradientCopies(kept: boolean): number {
  return kept ? 2 : 1;
}

/** Whether some hidden layer's slope must be worked out from z. */
export function keepsSlopes(networks: DeviceNetworks): boolean {
  const hidden = networks.parameters.slice(0, -1);
  return hidden.some((_, layer) => needsKeptSlope(activationAfter(networks, layer)));
}

type GradientArrays = Allocated<ReturnType<typeof gradientsLayout>["arrays"]>;

export interface GradientsCollector extends Collector {
  /** [networks][hidden layers] */
  gathered(): GradientSums[][];
}

export function createGradientsCollector(networks: DeviceNetworks): GradientsCollector {
  const { count, widths } = networks;
  const hidden = widths.slice(1, -1);
  const sums = hidden.map((units) => new BlockSums(count * units, FLOATS));
  return {
    copies: gradientCopies(keepsSlopes(networks)),
    board: (pass, own) => board(pass, own, sums),
    gathered: () =>
      Array.from({ length: count }, (_, network) =>
        hidden.map((units, layer): GradientSums => {
          const column = (part: number) => sums[layer]!.column(network * units, units, part);
          return { sizes: column(0), productSizes: column(1), products: column(2), squares: column(3) };
        }),
      ),
  };
}

async function board(pass: PageRide, own: Owned, sums: readonly BlockSums[]): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const { widths, count } = networks;
  const place = pagePlace(pass);
  const size = { widths, networks: count, samples: page.count, rows: forward.rows };
  const arrays = own.allocate(gradientsLayout(size, place.blocks, keepsSlopes(networks)).arrays, "gradients");
  const passes = new LayerPasses(pass, arrays.passes);
  const start = await bindStart(pass, arrays);
  const layers: LayerPass[] = [];
  for (let layer = sums.length - 1; layer >= 0; layer--) {
    sums[layer]!.begin(gpu, arrays.layer[layer]!.sums, place);
    layers.push(await gradientsOf(pass, passes, arrays, layer));
  }
  return {
    encode(to, chunk) {
      start(to, chunk);
      for (const layer of layers) layer(to, chunk);
    },
    async collect() {
      for (const [layer, own] of sums.entries()) await own.add(gpu, arrays.layer[layer]!.sums, place);
    },
  };
}

/** dL / dlogit. */
async function bindStart({ gpu, networks, page, forward }: PageRide, arrays: GradientArrays): Promise<LayerPass> {
  const logits = forward.outputs.at(-1)!;
  const sizes = { slab_rows: forward.rows, quads: logits.shape[2]! / 4, classes: page.classes };
  writeUniforms(
    gpu,
    startShader,
    arrays.start,
    forward.chunks.map((chunk) => ({ ...chunk, ...sizes })),
  );
  const kernel = (await createStartSignal(gpu, "loss")).bind({
    rows: arrays.start,
    labels: page.labels,
    logits,
    signal: arrays.delta.at(-1)!,
  });
  return (to, chunk) => kernel.encode(to, startSignalGrid(forward.chunks[chunk]!.count, networks.count), chunk);
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
      ...{ uniform: againUniform!, inputs: forward.outputs[layer - 1], outputs: z },
    }));
  const chunks = sumChunks(pass, networks.widths[layer + 1]!);
  writeUniforms(gpu, sumsShader, uniform, chunks);
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
