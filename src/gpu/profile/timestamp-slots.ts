/**
 * Pairs of timestamps for the passes of one submit, read back without a wait. Slots are used again: there are as many as
 * submits were ever in flight at once.
 */
import { MOST_PASSES } from "./pass-plan.ts";

const TIMESTAMP_BYTES = 8;
const PAIR_BYTES = 2 * TIMESTAMP_BYTES;

interface TimestampSlot {
  /** What makes pass `index` of the submit write its pair. */
  writes(index: number): GPUComputePassTimestampWrites;
  /** Encodes the way of the first `passes` pairs to where the host can read them. */
  resolve(encoder: GPUCommandEncoder, passes: number): void;
  /** Waits until the submit is done: begin and end of each pass in nanoseconds, on a clock of the device. Frees the slot. */
  read(passes: number): Promise<BigUint64Array>;
}

export class TimestampSlots {
  readonly #device: GPUDevice;
  readonly #free: TimestampSlot[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  take(): TimestampSlot {
    return this.#free.pop() ?? this.#create();
  }

  #create(): TimestampSlot {
    const device = this.#device;
    const label = "timestamps";
    const size = MOST_PASSES * PAIR_BYTES;
    const querySet = device.createQuerySet({ label, type: "timestamp", count: 2 * MOST_PASSES });
    const resolved = device.createBuffer({
      label,
      size,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const staging = device.createBuffer({ label, size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const slot: TimestampSlot = {
      writes: (index) => ({ querySet, beginningOfPassWriteIndex: 2 * index, endOfPassWriteIndex: 2 * index + 1 }),
      resolve(encoder, passes) {
        encoder.resolveQuerySet(querySet, 0, 2 * passes, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, staging, 0, passes * PAIR_BYTES);
      },
      read: async (passes) => {
        await staging.mapAsync(GPUMapMode.READ, 0, passes * PAIR_BYTES);
        const pairs = new BigUint64Array(staging.getMappedRange(0, passes * PAIR_BYTES).slice(0));
        staging.unmap();
        this.#free.push(slot);
        return pairs;
      },
    };
    return slot;
  }
}
