/** Which benches there are, and all of a call in order: ceilings first, since every row states its share of them. */

import type { Activation } from "../core/activation.ts";
import type { Clock } from "../core/platform.ts";
import type { Ceilings } from "../core/profile.ts";
import type { ScopeKind } from "../core/scope.ts";
import type { GpuContext } from "../gpu/device/context.ts";
import { type BenchRow, benchRow } from "./bench-row.ts";
import { bestLargeProduct, ceilingsOf, timeStream } from "./ceilings.ts";
import { benchConvolution } from "./convolution-bench.ts";
import { benchEvidence, type EvidenceBenchRow } from "./evidence-bench.ts";
import { benchForward, type ForwardBenchRow } from "./forward-bench.ts";
import { benchHistogram } from "./histogram-bench.ts";
import { benchLevels } from "./levels-bench.ts";
import { shapeFor } from "./material.ts";
import { productRow, timeLayerProducts, trainingProductsGflops } from "./matmul-bench.ts";
import { benchPairs } from "./pairs-bench.ts";
import type { TimedProduct } from "./product.ts";
import { benchScaling, type ScalingRow } from "./scaling.ts";
import { benchSweep, type SweepBenchRow } from "./sweep-bench.ts";
import { benchTrain, EPOCH_SAMPLES, type TrainBenchRow } from "./train-bench.ts";

/** In the order of a call of `all`, which leaves out the scaling tables: they take minutes. */
export const benches = [
  "matmul",
  "train",
  "forward",
  "histogram",
  "levels",
  "pairs",
  "convolution",
  "evidence",
  "sweep",
  "all",
  "scaling",
] as const;
export type Bench = (typeof benches)[number];

export interface SuiteOptions {
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly repeats: number;
  readonly batchSize: number;
  /** Samples of the forward pass, the histograms, the pairs, the evidence and the sweep. */
  readonly samples: number;
  /** Scopes of the sweep, and orders of each, at most. */
  readonly scopes: readonly ScopeKind[];
  readonly orders: number;
  /** Counted runs of each row, and when to be content with fewer (see TimingOptions). */
  readonly runs: number;
  readonly budgetMs: number;
  /** Sizes of each scaling table, from the smallest. */
  readonly points: number;
}

type SuiteRow = BenchRow | TrainBenchRow | ForwardBenchRow | EvidenceBenchRow | SweepBenchRow | ScalingRow;

export interface SuiteReport {
  readonly ceilings: Ceilings;
  readonly matmul: readonly BenchRow[];
  readonly train: readonly TrainBenchRow[];
  readonly forward: readonly ForwardBenchRow[];
  readonly histogram: readonly BenchRow[];
  readonly levels: readonly BenchRow[];
  readonly pairs: readonly BenchRow[];
  readonly convolution: readonly BenchRow[];
  readonly evidence: readonly EvidenceBenchRow[];
  readonly sweep: readonly SweepBenchRow[];
  readonly scaling: readonly ScalingRow[];
}

/** Every row in the order of the report. */
export function rowsOf({ ceilings: _, ...rows }: SuiteReport): SuiteRow[] {
  return Object.values<readonly SuiteRow[]>(rows).flat();
}

/**
 * @param onStart told what is timed next
 * @throws RunError where a kernel computes wrongly, or with what the device reported.
 */
export async function runSuite(
  gpu: GpuContext,
  clock: Clock,
  what: Bench,
  options: SuiteOptions,
  onStart: (what: string) => void = () => {},
): Promise<SuiteReport> {
  const { hidden, runs } = options;
  const start = async <T>(name: Bench, work: () => Promise<T[]>): Promise<T[]> => {
    if (what !== name && (what !== "all" || name === "scaling")) return [];
    onStart(name);
    return await work();
  };
  onStart("ceilings");
  const square = await bestLargeProduct(gpu, clock, runs);
  const streamed = await timeStream(gpu, clock, runs);
  const ceilings = ceilingsOf(square, streamed);
  const shapes = { ...options, shape: shapeFor(hidden) };
  let layers: readonly TimedProduct[] | undefined;
  const products = async () => {
    layers ??= await timeLayerProducts(gpu, clock, shapes); // once for both that need them
    return layers;
  };
  return {
    ceilings,
    matmul: await start("matmul", async () => {
      const megabytes = `${(streamed.bytes / 2 ** 20).toFixed(0)} MiB`;
      return [
        ...[...(await products()), square].map((product) => productRow(product, ceilings)),
        benchRow("stream.triad", megabytes, streamed.timing, { bytes: streamed.bytes }, ceilings),
      ];
    }),
    train: await start("train", async () => {
      const gflops = trainingProductsGflops(await products());
      return [await benchTrain(gpu, clock, { ...options, samples: EPOCH_SAMPLES }, gflops, ceilings)];
    }),
    forward: await start("forward", async () => [await benchForward(gpu, clock, options, ceilings)]),
    histogram: await start("histogram", () => {
      return benchHistogram(gpu, clock, { ...options, units: hidden[0]! }, ceilings);
    }),
    levels: await start("levels", () => benchLevels(gpu, clock, { ...options, units: hidden[0]! }, ceilings)),
    pairs: await start("pairs", () => benchPairs(gpu, clock, { ...options, units: hidden[0]! }, ceilings)),
    convolution: await start("convolution", () => benchConvolution(gpu, clock, options, ceilings)),
    evidence: await start("evidence", () => benchEvidence(gpu, clock, options, ceilings)),
    sweep: await start("sweep", () => benchSweep(gpu, clock, options, ceilings)),
    scaling: await start("scaling", () => {
      return benchScaling(gpu, clock, options, ({ dimension, value }) => onStart(`scaling, ${dimension} ${value}`));
    }),
  };
}
