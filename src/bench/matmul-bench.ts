/**
 * The best matrix products of the shapes that training uses, and of a large square: the mark that training and the
 * forward pass are measured by.
 */
import type { NetworkShape } from "../core/layers/network-shape.ts";
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { type ProductShape, productOperations, productText, type TimedProduct, timeProduct } from "./product.ts";
import { rate } from "./timing.ts";

interface MatmulBenchOptions {
  readonly shape: NetworkShape;
  /** Networks side by side. */
  readonly repeats: number;
  readonly batchSize: number;
  readonly runs: number;
}

/** One layer of all networks for one batch. */
function layerProducts({ shape, repeats, batchSize }: MatmulBenchOptions): ProductShape[] {
  return shape.map(({ inputs, units }) => ({ networks: repeats, samples: batchSize, inputs, units }));
}

/** @throws RunError where a product is wrong, or with what the device reported. */
export async function timeLayerProducts(
  gpu: GpuContext,
  clock: Clock,
  options: MatmulBenchOptions,
): Promise<TimedProduct[]> {
  const products: TimedProduct[] = [];
  for (const shape of layerProducts(options)) products.push(await timeProduct(gpu, clock, shape, options.runs));
  return products;
}

export function productRow({ shape, timing, cost }: TimedProduct, ceilings: Ceilings): BenchRow {
  return benchRow("matmul", productText(shape), timing, cost, ceilings);
}

/**
 * 10^9 operations a second of training that did nothing but its products, each at the throughput of the forward product
 * of its layer: one product forward, one for the gradient, and one for the delta in every layer but the first.
 */
export function trainingProductsGflops(products: readonly TimedProduct[]): number {
  let operations = 0;
  let elapsedMs = 0;
  for (const [layer, { shape, timing }] of products.entries()) {
    const uses = layer === 0 ? 2 : 3;
    operations += uses * productOperations(shape);
    elapsedMs += uses * timing.medianMs;
  }
  return rate(operations, elapsedMs);
}
