/**
 * How often two hidden neurons are both 1, by class, for all pairs of a layer and, where it is asked for, of two layers. Bits of a
 * page are packed as the pass goes over its chunks and stay on the device; then pairs are counted in strips, as many rows of them as
 * fit, each of which is read back before the next.
 */
import { classCounts } from "../../core/class-counts.ts";
import { RunError } from "../../core/errors.ts";
import { classesOf, hiddenUnits, type NetworkShape } from "../../core/layers/network-shape.ts";
import {
  firstPartner,
  type NetworkPairs,
  type PairedLayers,
  type PairScope,
  pairedLayers,
  pairsBefore,
  pairsIn,
  pairsOf,
} from "../../core/pairs.ts";
import { read, write } from "../../gpu/device/device-array.ts";
import { u32, uniforms } from "../../gpu/device/layout.ts";
import type { Allocated, Owned } from "../../gpu/device/owned.ts";
import { batchBytes, bindingBytes, leastOf, type PlanBasis } from "../../gpu/device/plan-basis.ts";
import { submit } from "../../gpu/device/recorder.ts";
import { writeUniforms } from "../../gpu/device/uniforms.ts";
import { pairs as shader } from "../../gpu/generated/shaders.ts";
import { countOnesGrid, packBitsGrid, WORD } from "../../gpu/kernels/histogram.ts";
import { countPairsGrid, createCountPairs, type PairTile } from "../../gpu/kernels/pairs.ts";
import type { DeviceNetworks } from "../device-networks.ts";
import { classBits } from "../device-split.ts";
import { chunksOf, type PassSize } from "../forward-pass.ts";
import { addTo } from "../page-sums.ts";
import { type BitKernels, bindBits, layerBitsLayout } from "./bits.ts";
import { type Collector, type PageRide, type Rider, ride, type SplitPass } from "./ride.ts";

/** Of a pair of words and a class: and, count, add. */
const WORD_OPERATIONS = 3;

/** Rows of pairs that are counted at once. */
function stripRows(basis: PlanBasis, { shape, networks, samples }: PassSize, own: PairedLayers, of: number): number {
  const cells = networks * own.otherUnits * classesOf(shape);
  return leastOf({
    all: own.units,
    binding: bindingBytes(basis) / (4 * cells),
    memory: batchBytes(basis) / (of * 4 * cells),
    time: basis.pace.unitOperations / (cells * Math.ceil(samples / WORD) * WORD_OPERATIONS),
  }).count;
}

/** What a collector of pairs takes for one page. */
export function pairsLayout(basis: PlanBasis, size: PassSize, scope: PairScope) {
  const { shape, networks, samples, rows } = size;
  const hidden = hiddenUnits(shape);
  const words = Math.ceil(samples / WORD);
  const classes = classesOf(shape);
  const chunks = chunksOf(samples, rows).length;
  const layer = hidden.map((units) => layerBitsLayout(units, networks, words, classes, chunks));
  const all = pairedLayers(hidden, scope);
  const pair = all.map((own) => {
    const strip = stripRows(basis, size, own, all.length);
    return {
      both: u32(networks, strip, own.otherUnits, classes),
      tiles: uniforms(shader, "Tile", Math.ceil(own.units / strip)),
    };
  });
  return {
    arrays: { classBits: u32(classes, words), layer, pair },
    read: { layer: layer.map(({ counts }) => ({ counts })), pair: pair.map(({ both }) => ({ both })) },
  };
}

type PairArrays = Allocated<ReturnType<typeof pairsLayout>["arrays"]>;

interface PairsAsked {
  readonly scope: PairScope;
  /** theta of the bit, where it is not the activation's own. */
  readonly threshold?: number | undefined;
}

/** Sums over pages: of two layers, [networks][pairs, classes]. */
interface PairSums extends PairedLayers {
  readonly both: readonly Uint32Array[];
}

/** Of one network, whichever it is. */
export type CountedPairs = Omit<NetworkPairs, "repeat">;

interface Sums {
  /** Per hidden layer: [networks, units, classes]. */
  readonly ones: readonly Uint32Array[];
  readonly pairs: readonly PairSums[];
}

interface PairsCollector extends Collector {
  /** [networks] */
  gathered(): Omit<CountedPairs, "samplesPerClass">[];
}

function createPairsCollector({ count, shape }: DeviceNetworks, asked: PairsAsked): PairsCollector {
  const classes = classesOf(shape);
  const hidden = hiddenUnits(shape);
  const sums: Sums = {
    ones: hidden.map((units) => new Uint32Array(count * units * classes)),
    pairs: pairedLayers(hidden, asked.scope).map((layers): PairSums => {
      return { ...layers, both: Array.from({ length: count }, () => new Uint32Array(pairsOf(layers) * classes)) };
    }),
  };
  return {
    board: (pass, own) => board(pass, own, sums, asked),
    gathered: () =>
      Array.from({ length: count }, (_, network) => {
        return {
          ones: sums.ones.map((ones) =>
            ones.slice((network * ones.length) / count, ((network + 1) * ones.length) / count),
          ),
          pairs: sums.pairs.map((own) => ({ ...own, both: own.both[network]! })),
        };
      }),
  };
}

async function board(pass: PageRide, own: Owned, sums: Sums, { scope, threshold }: PairsAsked): Promise<Rider> {
  const { gpu, networks, page, forward } = pass;
  const size = { shape: networks.shape, networks: networks.count, samples: page.count, rows: forward.rows };
  const arrays = own.allocate(pairsLayout(gpu, size, scope).arrays, "pairs");
  write(gpu, arrays.classBits, classBits(page.host.labels, page.classes));
  const layers: BitKernels[] = [];
  for (const [layer, packed] of arrays.layer.entries()) {
    layers.push(await bindBits(pass, layer, packed, arrays.classBits, threshold));
  }
  return {
    encode(to, chunk) {
      const samples = forward.chunks[chunk]!.count;
      for (const { packBits, units } of layers) {
        packBits.encode(to, packBitsGrid(units, samples, networks.count), chunk);
      }
    },
    encodeEnd(to) {
      for (const { countOnes, units } of layers) {
        countOnes.encode(to, countOnesGrid(page.classes, units, networks.count));
      }
    },
    async collect() {
      for (const [layer, { counts }] of arrays.layer.entries()) addTo(sums.ones[layer]!, await read(gpu, counts));
      for (const [index, pairs] of sums.pairs.entries()) await countPairsOf(pass, arrays, index, pairs);
    },
  };
}

/** Strip after strip of two layers. */
async function countPairsOf(
  { gpu, networks, page }: PageRide,
  { classBits: class_bits, layer: layers, pair }: PairArrays,
  index: number,
  sums: PairSums,
): Promise<void> {
  const { layer, otherLayer, units, otherUnits } = sums;
  const { both, tiles: tile } = pair[index]!;
  const strip = both.shape[1]!;
  const tiles = Array.from({ length: Math.ceil(units / strip) }, (_, place): PairTile => {
    const first = place * strip;
    const sizes = { units, other_units: otherUnits, words: class_bits.shape[1]!, classes: page.classes };
    return { first, rows: Math.min(strip, units - first), ...sizes, same: layer === otherLayer ? 1 : 0 };
  });
  writeUniforms(gpu, shader, tile, tiles);
  const { bits } = layers[layer - 1]!;
  const { bits: other_bits } = layers[otherLayer - 1]!;
  const kernel = (await createCountPairs(gpu)).bind({ tile, bits, other_bits, class_bits, both });
  for (const [place, own] of tiles.entries()) {
    submit(gpu, "count pairs", (to) => kernel.encode(to, countPairsGrid(own, networks.count), place));
    addStrip(sums, own, await read(gpu, both));
  }
}

/** @param counts [networks, rows, other units, classes]; of a layer with itself what is not a pair may be anything */
function addStrip(sums: PairSums, { first, rows, other_units, classes }: PairTile, counts: Uint32Array): void {
  for (const [network, own] of sums.both.entries()) {
    for (let row = 0; row < rows; row++) {
      const neuron = first + row;
      const partner = firstPartner(sums, neuron);
      const from = ((network * rows + row) * other_units + partner) * classes;
      const to = pairsBefore(sums, neuron) * classes;
      for (let cell = 0; cell < (other_units - partner) * classes; cell++) own[to + cell]! += counts[from + cell]!;
    }
  }
}

/** Counts of one network on the host: a part of a study is one array of bytes. */
const MOST_BYTES = 2 ** 30;

/** Bytes that the counts of one network take on the host. @throws RunError where they are too many */
export function pairBytes(shape: NetworkShape, scope: PairScope): number {
  const hidden = hiddenUnits(shape);
  const bytes = 4 * pairsIn(hidden, scope) * classesOf(shape);
  if (bytes <= MOST_BYTES) return bytes;
  throw new RunError({
    what: "the counts of all pairs of neurons do not fit",
    where: `hidden layers of ${hidden.join(", ")} neurons, ${classesOf(shape)} classes`,
    expected: `at most ${MOST_BYTES} bytes a network`,
    found: `${bytes} bytes`,
    fix: scope === "network" ? "--pairs layers, or narrower layers" : "narrower layers, or no --pairs",
  });
}

/**
 * A pass of its own.
 * @returns [networks]
 * @throws RunError where counts are too many, and with what the device reported
 */
export async function countPairs(pass: SplitPass, asked: PairsAsked): Promise<CountedPairs[]> {
  pairBytes(pass.networks.shape, asked.scope);
  const pairs = createPairsCollector(pass.networks, asked);
  await ride(pass, "pack bits of pairs", [pairs]);
  const { host, classes } = pass.split;
  const samplesPerClass = classCounts(host.labels, classes);
  return pairs.gathered().map((own) => ({ samplesPerClass, ...own }));
}
