/** What every hidden neuron has of the label's logit, by the z+ rule: a pass down from the logits behind the forward pass of each chunk. */
import type { RelevanceSums } from "../../core/evidence.ts";
import { hiddenUnits } from "../../core/layers/network-shape.ts";
import { uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { quadsOf } from "../../gpu/device/packing.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { relevance as shader } from "../../gpu/generated/shaders.ts";
import { createDivideRelevance, createPassRelevance, relevanceGrid } from "../../gpu/kernels/relevance.ts";
import { outputsLayout } from "../../gpu/layers/layer-kind.ts";
import type { DeviceNetworks } from "../device-networks.ts";
import { chunksOf, type PassSize } from "../forward-pass.ts";
import type { LayerPass } from "../layer-passes.ts";
import { BlockSums, pagePlace } from "./block-sums.ts";
import { bindMagnitudes, magnitudesLayout } from "./magnitudes.ts";
import type { Collector, PageRide, Rider } from "./ride.ts";
import { bindStart, startLayout } from "./start.ts";

/** What a collector of relevance takes for one page. @param blocks at most, where the page's place is not known */
export function relevanceLayout({ shape, networks, samples, rows }: PassSize, blocks: number) {
  const chunks = chunksOf(samples, rows).length;
  const layer = hiddenUnits(shape).map((units) => ({
    ...magnitudesLayout({ networks, units, blocks, chunks }),
    above: uniforms(shader, "Layer"),
  }));
  const arrays = {
    layer,
    relevance: shape.map((own) => outputsLayout(own, networks, rows)),
    start: startLayout(chunks),
    rows: uniforms(shader, "Rows", chunks),
  };
  return { arrays, read: { layer: layer.map(({ sums }) => ({ sums })) } };
}

type RelevanceArrays = Allocated<ReturnType<typeof relevanceLayout>["arrays"]>;

interface RelevanceCollector extends Collector {
  /** [networks][hidden layers] */
  gathered(): RelevanceSums[][];
}

export function createRelevanceCollector({ count, shape }: DeviceNetworks): RelevanceCollector {
  const hidden = hiddenUnits(shape);
  const sums = hidden.map((units) => new BlockSums(count * units, 1));
  return {
    copies: 1,
    board: (pass, own) => board(pass, own, sums),
    gathered: () =>
      Array.from({ length: count }, (_, network) =>
        hidden.map((units, layer) => ({ sizes: sums[layer]!.column(network * units, units, 0) })),
      ),
  };
}

async function board(pass: PageRide, own: Owned, sums: readonly BlockSums[]): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const place = pagePlace(pass);
  const size = { shape: networks.shape, networks: networks.count, samples: page.count, rows: forward.rows };
  const arrays = own.allocate(relevanceLayout(size, place.blocks).arrays, "relevance");
  writeUniforms(
    gpu,
    shader,
    arrays.rows,
    forward.chunks.map(({ count }) => ({ count })),
  );
  const layers = [await bindStart(pass, "logit", arrays.start, arrays.relevance.at(-1)!)];
  for (let layer = sums.length - 1; layer >= 0; layer--) {
    const { sums: onDevice, chunks } = arrays.layer[layer]!;
    sums[layer]!.begin(gpu, onDevice, place);
    layers.push(await shareAmong(pass, arrays, layer));
    layers.push(await bindMagnitudes(pass, layer, arrays.relevance[layer]!, { sums: onDevice, chunks }));
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

/** Relevance of the layer above among the neurons of hidden layer `layer`. */
async function shareAmong(
  { gpu, networks, forward }: PageRide,
  { layer: layers, relevance, rows }: RelevanceArrays,
  layer: number,
): Promise<LayerPass> {
  const { shape, count, parameters } = networks;
  const [inputs, outputs] = [shape[layer]!.units, shape[layer + 1]!.units];
  const [inputQuads, outputQuads] = [quadsOf(inputs), quadsOf(outputs)];
  const { above: uniform } = layers[layer]!;
  const sizes = { inputs, input_quads: inputQuads, outputs, output_quads: outputQuads, slab_rows: forward.rows };
  writeUniforms(gpu, shader, uniform, [sizes]);
  const shared = { layer: uniform, rows, parameters: parameters[layer + 1]!, activations: forward.outputs[layer]! };
  const [above, below] = [relevance[layer + 1]!, relevance[layer]!];
  const divide = (await createDivideRelevance(gpu)).bind({ ...shared, relevance: above });
  const pass = (await createPassRelevance(gpu)).bind({ ...shared, shares: above, below });
  return (to, chunk) => {
    const samples = forward.chunks[chunk]!.count;
    divide.encode(to, relevanceGrid(outputQuads, samples, count), chunk);
    pass.encode(to, relevanceGrid(inputQuads, samples, count), chunk);
  };
}
