/**
 * One pass over a split for all that is gathered from it: a forward pass chunk by chunk, and collectors that ride on it. What
 * they find does not depend on who rides along, on the size of chunks, or on pages.
 */
import type { GpuContext } from "../../gpu/device/context.ts";
import type { Layout } from "../../gpu/device/layout.ts";
import { Owned } from "../../gpu/device/owned.ts";
import { Pacer } from "../../gpu/device/pacer.ts";
import type { PlanBasis } from "../../gpu/device/plan-basis.ts";
import type { Recorder } from "../../gpu/device/recorder.ts";
import type { DeviceNetworks } from "../device-networks.ts";
import type { DevicePages, DeviceSplit } from "../device-split.ts";
import { createForwardPass, type ForwardPass, forwardOperations, rowsPerChunk } from "../forward-pass.ts";

/** Sees the outputs of the pass over one page. */
export interface Rider {
  /** Encodes what is done with the outputs of a chunk, behind the pass's own work on it. */
  encode(to: Recorder, chunk: number): void;
  /** Long work on a chunk, behind all that is encoded for it: in pieces, each of about the cost of a forward pass. */
  readonly pieces?: { readonly count: number; encode(to: Recorder, chunk: number, piece: number): void };
  /** Encodes what is done once, behind the last chunk. */
  encodeEnd?(to: Recorder): void;
  /** Reads what the device found, and adds it to the sums over pages. */
  collect(): Promise<void>;
}

/** Arrays of a rider, and those of them that it reads back, one at a time. */
export interface RiderLayout {
  readonly arrays: Layout;
  readonly read: Layout;
}

/** Gathers something from all pages of a split, one after another. */
export interface Collector {
  /** How many times the pass's own arrays its rider keeps of a chunk; of small arrays 0, which is left out. */
  readonly copies?: number;
  /** @param own keeps what the rider needs until the page is done with */
  board(pass: PageRide, own: Owned): Promise<Rider>;
}

/** The pass over one page, as collectors see it. */
export interface PageRide {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly page: DeviceSplit;
  /** Samples of the pages before. */
  readonly before: number;
  readonly forward: ForwardPass;
}

/** What is passed over. */
export interface SplitPass {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly split: DevicePages;
  /** Samples of a chunk, a multiple of BLOCK; by default as many as fit. */
  readonly rows?: number | undefined;
}

/** What the pass itself may take, where riders keep so many copies of what it keeps of a chunk. */
export function ridingBasis({ device, memoryBytes, pace }: PlanBasis, copies: number): PlanBasis {
  return { device, memoryBytes: memoryBytes / (1 + copies), pace };
}

/**
 * @param label of the work, in profiles
 * @throws RunError with what the device reported
 */
export async function ride(
  { gpu, networks, split, rows }: SplitPass,
  label: string,
  collectors: readonly Collector[],
): Promise<void> {
  const copies = collectors.reduce((sum, { copies: own = 0 }) => sum + own, 0);
  let before = 0;
  await split.eachPage(async (page) => {
    const fitting = rows ?? rowsPerChunk(ridingBasis(gpu, copies), page.count, networks.count, networks.shape);
    using forward = await createForwardPass(gpu, networks, page, { rows: fitting });
    using own = new Owned(gpu);
    const pass: PageRide = { gpu, networks, page, before, forward };
    before += page.count;
    const riders: Rider[] = [];
    for (const collector of collectors) riders.push(await collector.board(pass, own));
    await run(pass, label, riders);
    for (const rider of riders) await rider.collect();
  });
}

async function run({ gpu, networks, forward }: PageRide, label: string, riders: readonly Rider[]): Promise<void> {
  const { count, shape } = networks;
  const work = forward.chunks.flatMap((_, chunk) => chunkWork(forward, riders, chunk));
  const alike = work.length === forward.chunks.length;
  const ends = riders.flatMap((rider) => (rider.encodeEnd === undefined ? [] : [rider]));
  if (ends.length > 0) {
    work.push((to) => {
      for (const rider of ends) rider.encodeEnd!(to);
    });
  }
  await new Pacer(gpu).run({
    label,
    units: work.length,
    ...(alike && { unitOperations: count * forward.rows * forwardOperations(shape) }),
    encode(to, first, end) {
      for (let unit = first; unit < end; unit++) work[unit]!(to);
    },
  });
}

/** What is submitted whole, in order. */
function chunkWork(forward: ForwardPass, riders: readonly Rider[], chunk: number): ((to: Recorder) => void)[] {
  const pieces = riders.flatMap(({ pieces: own }) =>
    Array.from({ length: own?.count ?? 0 }, (_, piece) => (to: Recorder) => own!.encode(to, chunk, piece)),
  );
  const together = (to: Recorder) => {
    forward.encode(to, chunk);
    for (const rider of riders) rider.encode(to, chunk);
  };
  return [together, ...pieces];
}
