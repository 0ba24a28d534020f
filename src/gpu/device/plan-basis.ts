/**
 * What plans are made from, and how memory is shared out. A device has it, and so has a test or a run that has yet to
 * begin, so that the plan which is shown and the chunks which are run come from the same functions.
 */
import { greatest } from "../../core/long-arrays.ts";

export interface PlanBasis {
  readonly device: {
    readonly limits: {
      readonly maxStorageBufferBindingSize: number;
      readonly maxBufferSize: number;
      readonly minUniformBufferOffsetAlignment: number;
    };
  };
  /** Bytes that all arrays which are alive at the same time may take. */
  readonly memoryBytes: number;
  /** Operations (2 a multiply-add) of one unit of work that is submitted whole. */
  readonly pace: { readonly unitOperations: number };
}

/** What keeps more from being done at once; `all`: nothing is left to be added; `page`: no more is read at a time. */
export type Bound = "all" | "binding" | "memory" | "time" | "page";

/** How many at once, and why not more. */
export interface Amount {
  readonly count: number;
  readonly boundBy: Bound;
}

/** One array on the device; `name` is the label of its buffer. */
export interface PlannedArray {
  readonly name: string;
  readonly bytes: number;
}

/** Largest bytes of one array. */
export function bindingBytes({ device: { limits } }: PlanBasis): number {
  return Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
}

/** Bytes that one layer's activations may take: half of WebGPU's default binding limit. */
const ACTIVATION_BYTES = 64 * 2 ** 20;

/** Bytes of one array of activations of a chunk. */
export function activationBytes(basis: PlanBasis): number {
  return Math.min(ACTIVATION_BYTES, bindingBytes(basis) / 2);
}

/** Bytes of all activations of a chunk of samples: half of the memory. Data and networks must fit in the other half. */
export function chunkBytes({ memoryBytes }: PlanBasis): number {
  return memoryBytes / 2;
}

/** Bytes of all that a batch of walks or of masked jobs keeps besides: a quarter of the memory. */
export function batchBytes({ memoryBytes }: PlanBasis): number {
  return memoryBytes / 4;
}

/** The least of several amounts, rounded down, but at least 1: what does not fit even alone is refused elsewhere. */
export function leastOf(amounts: Readonly<Partial<Record<Bound, number>>>): Amount {
  const sorted = Object.entries(amounts).sort(([, a], [, b]) => a - b) as [Bound, number][];
  const [boundBy, count] = sorted[0]!;
  return { count: Math.max(1, Math.floor(count)), boundBy };
}

/** `parts` of about the same size rather than full ones and a remainder. */
export function evenly(total: number, most: number): number {
  return Math.ceil(total / Math.ceil(total / most));
}

export function totalBytes(arrays: readonly PlannedArray[]): number {
  return arrays.reduce((sum, { bytes }) => sum + bytes, 0);
}

export function largestOf(arrays: readonly PlannedArray[]): PlannedArray {
  return arrays.reduce((largest, array) => (array.bytes > largest.bytes ? array : largest));
}

/** The copy that is read back, of the largest of these: one is read at a time. */
export function readBack(arrays: readonly PlannedArray[]): PlannedArray {
  const largest = largestOf(arrays);
  return { ...largest, name: `read ${largest.name}` };
}

/** Bytes that one more network adds to the array that grows most. */
export function largestGrowth(arraysOf: (networks: number) => readonly PlannedArray[]): number {
  const two = arraysOf(2);
  return greatest(arraysOf(1).map(({ bytes }, index) => two[index]!.bytes - bytes));
}
