/**
 * One pass over a split for all that is gathered from it: a forward pass chunk by chunk, and collectors that ride on it. What
 * they find does not depend on who rides along, on the size of chunks, or on pages.
 */
import type { GpuContext } from "../context.ts";
import type { DeviceNetworks } from "../device-networks.ts";
import type { DevicePages, DeviceSplit } from "../device-split.ts";
import { createForwardPass, type ForwardPass, forwardOperations } from "../forward-pass.ts";
import { Pacer } from "../pacing.ts";
import type { PlannedArray } from "../plan-basis.ts";
import type { Recorder } from "../recorder.ts";

/** Sees the outputs of the pass over one page. */
export interface Rider extends Disposable {
  /** Encodes what is done with the outputs of a chunk, behind the pass's own work on it. */
  encode(to: Recorder, chunk: number): void;
  /** Encodes what is done once, behind the last chunk. */
  encodeEnd?(to: Recorder): void;
  /** Reads what the device found, and adds it to the sums over pages. */
  collect(): Promise<void>;
}

/** Arrays of a rider, and the largest copy that it reads back: one is read at a time. */
export interface RiderArrays {
  readonly arrays: readonly PlannedArray[];
  readonly read: PlannedArray;
}

/** Gathers something from all pages of a split, one after another. */
export interface Collector {
  board(pass: PageRide): Promise<Rider>;
}

/** The pass over one page, as collectors see it. */
export interface PageRide {
  readonly gpu: GpuContext;
  readonly networks: DeviceNetworks;
  readonly page: DeviceSplit;
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

/**
 * @param label of the work, in profiles
 * @throws RunError with what the device reported
 */
export async function ride(
  { gpu, networks, split, rows }: SplitPass,
  label: string,
  collectors: readonly Collector[],
): Promise<void> {
  await split.eachPage(async (page) => {
    using forward = await createForwardPass(gpu, networks, page, rows);
    const riders: Rider[] = [];
    try {
      for (const collector of collectors) riders.push(await collector.board({ gpu, networks, page, forward }));
      await run({ gpu, networks, page, forward }, label, riders);
      for (const rider of riders) await rider.collect();
    } finally {
      for (const rider of riders) rider[Symbol.dispose]();
    }
  });
}

async function run({ gpu, networks, forward }: PageRide, label: string, riders: readonly Rider[]): Promise<void> {
  const { count, widths } = networks;
  const chunks = forward.chunks.length;
  const ends = riders.flatMap((rider) => (rider.encodeEnd === undefined ? [] : [rider]));
  await new Pacer(gpu).run({
    label,
    units: ends.length > 0 ? chunks + 1 : chunks,
    unitOperations: count * forward.rows * forwardOperations(widths),
    encode(to, first, end) {
      for (let chunk = first; chunk < Math.min(end, chunks); chunk++) {
        forward.encode(to, chunk);
        for (const rider of riders) rider.encode(to, chunk);
      }
      if (end > chunks) for (const rider of ends) rider.encodeEnd!(to);
    },
  });
}
