/** One batch of walks on the device: the exact start of its state, and the climb that its route takes from there. */
import type { Owned } from "../../gpu/device/owned.ts";
import type { Recorder } from "../../gpu/device/recorder.ts";
import { createLayerClimb } from "./layer-climb.ts";
import { createTallyClimb } from "./tally-climb.ts";
import { uploadTables } from "./upload-tables.ts";
import type { SweepDevice, WalkBatch, WalkTotals } from "./walk-batch.ts";
import { createStart } from "./walk-start.ts";

/** One dispatch or a few that belong together, in the order in which they must run. */
export type Task = (to: Recorder) => void;

export interface WalkRoute {
  readonly batch: WalkBatch;
  /** All work on one chunk of samples, in order. @param before the route that worked on the chunk last, with the same state */
  tasks(chunk: number, before?: WalkRoute): Task[];
  /** What lies in the first slabs of the state while the route works; nothing that lasts where it is written anew on the way. */
  readonly starts: string | undefined;
  /** As of the climb. */
  total(lossesBefore: readonly Float64Array[]): Promise<WalkTotals>;
}

/** Prepares a batch: uploads its tables, compiles its kernels. @param own keeps all that the route needs */
export async function createWalkRoute(device: SweepDevice, batch: WalkBatch, own: Owned): Promise<WalkRoute> {
  const shared = uploadTables(device, batch, own);
  const begin = await createStart(shared, own);
  const { route } = batch.group;
  const climb = route === "layers" ? await createLayerClimb(shared, own) : await createTallyClimb(shared, own);
  const { lowest, single } = batch.group;
  const starts = single ? undefined : JSON.stringify([lowest, shared.starts.slabs]);
  return {
    batch,
    starts,
    tasks(chunk, before) {
      const isBegun = starts !== undefined && starts === before?.starts;
      return shared.ranges.flatMap((_, range): Task[] => {
        const step: Task = (to) => climb.encode(to, chunk, range);
        const begins = range === 0 ? !isBegun : single;
        return begins ? [(to) => begin(to, chunk, range), step] : [step];
      });
    },
    total: (lossesBefore) => climb.total(lossesBefore),
  };
}
