/**
 * Sums of every neuron of a layer over a split, from float32 sums of blocks of samples (shaders/parts/sum-block.wgsl): whole blocks
 * are added in float64 and in order, and a block that a page has begun goes on with the next page.
 */
import type { GpuContext } from "../../gpu/device/context.ts";
import { type DeviceArray, read, write } from "../../gpu/device/device-array.ts";
import { lanesOf } from "../../gpu/device/packing.ts";
import { SUM_BLOCK, type SumChunk, sumBlocks } from "../../gpu/kernels/sum-block.ts";
import type { PageRide } from "./ride.ts";

/** Where the samples of a page lie in blocks. */
interface PagePlace {
  /** Samples of its first block that came with the pages before. */
  readonly offset: number;
  /** Blocks that it touches. */
  readonly blocks: number;
  /** Whether its last block ends with it. */
  readonly endsWhole: boolean;
}

export function pagePlace({ before, page: { count } }: Pick<PageRide, "before" | "page">): PagePlace {
  const offset = before % SUM_BLOCK;
  return { offset, blocks: sumBlocks(offset, count), endsWhole: (offset + count) % SUM_BLOCK === 0 };
}

/** The chunks of a page, as the kernels read them. @param classes where they add up by class */
export function sumChunks(pass: PageRide, units: number, classes = 0): SumChunk[] {
  const { offset, blocks } = pagePlace(pass);
  const size = { slab_rows: pass.forward.rows, unit_lanes: lanesOf(units), units, classes, blocks, offset };
  return pass.forward.chunks.map((part) => ({ ...part, ...size }));
}

/** Sums of one layer over all networks, a number of floats for each neuron. */
export class BlockSums {
  readonly #floats: number;
  /** [neurons, floats]: whole blocks. */
  readonly #whole: Float64Array;
  /** [neurons, floats]: the block that the next page goes on with. */
  readonly #begun: Float32Array;

  constructor(neurons: number, floats: number) {
    this.#floats = floats;
    this.#whole = new Float64Array(neurons * floats);
    this.#begun = new Float32Array(neurons * floats);
  }

  /** Puts what the page before began in the first block of a page. @param sums of each neuron [blocks, floats], zeros */
  begin(gpu: GpuContext, sums: DeviceArray<"f32", number>, { offset, blocks }: PagePlace): void {
    if (offset === 0) return;
    const floats = this.#floats;
    const before = new Float32Array(this.#begun.length * blocks);
    for (let first = 0; first < this.#begun.length; first += floats) {
      before.set(this.#begun.subarray(first, first + floats), first * blocks);
    }
    write(gpu, sums, before);
  }

  /** Adds the whole blocks of a page in their order, and keeps the last one for the next page unless it is whole. */
  async add(gpu: GpuContext, sums: DeviceArray<"f32", number>, { blocks, endsWhole }: PagePlace): Promise<void> {
    const found = await read(gpu, sums);
    const floats = this.#floats;
    const whole = endsWhole ? blocks : blocks - 1;
    for (let slot = 0; slot < this.#whole.length; slot++) {
      const first = Math.floor(slot / floats) * blocks * floats + (slot % floats);
      for (let block = 0; block < whole; block++) this.#whole[slot]! += found[first + block * floats]!;
      this.#begun[slot] = endsWhole ? 0 : found[first + whole * floats]!;
    }
  }

  /** Every `stride`-th sum of neurons [first, first + count), from their `part`-th on. */
  column(first: number, count: number, part: number, stride: number = this.#floats): Float64Array {
    const from = first * this.#floats + part;
    return Float64Array.from({ length: (count * this.#floats) / stride }, (_, at) => {
      return this.#whole[from + at * stride]! + this.#begun[from + at * stride]!;
    });
  }
}
