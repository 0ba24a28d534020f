/** Typed arrays on the device: a buffer with its element type and shape, so that a wrong one is a compile error. */
import { RunError } from "../../core/errors.ts";
import { inSpan } from "../profile/profiler.ts";
import type { GpuContext } from "./context.ts";
import { type ArraySpec, arrayBytes, scalarsOf } from "./layout.ts";

export type ElementType = "f32" | "u32";
export type HostArray<E extends ElementType> = E extends "f32" ? Float32Array : Uint32Array;

/** `Element` is the scalar type; vec4 bindings see the same scalars four at a time. */
export interface DeviceArray<Element extends string, Rank extends number = number> extends ArraySpec<Element, Rank> {
  readonly buffer: GPUBuffer;
  destroy(): void;
}

/**
 * Allocates a zeroed array, which the caller destroys. Where several belong together, `Owned.allocate` keeps them.
 * @throws RunError where it exceeds what one binding may hold on this device.
 */
export function allocateSpec<E extends string, Rank extends number>(
  gpu: GpuContext,
  label: string,
  spec: ArraySpec<E, Rank>,
): DeviceArray<E, Rank> {
  const size = arrayBytes(spec);
  const limit = Math.min(gpu.device.limits.maxStorageBufferBindingSize, gpu.device.limits.maxBufferSize);
  if (size > limit) {
    throw new RunError({
      what: `${label} [${spec.shape.join(", ")}] does not fit in one binding of this adapter`,
      where: gpu.facts.description,
      expected: `at most ${limit} bytes`,
      found: `${size} bytes`,
      fix: "fewer --repeats at a time, smaller --hidden or --batch-size, or an adapter with larger limits",
    });
  }
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = gpu.device.createBuffer({ label, size, usage });
  const release = gpu.profiler?.allocated(size);
  const destroy = () => {
    buffer.destroy();
    release?.();
  };
  return { ...spec, buffer, destroy };
}

/** Fills an array: `data` holds all of its scalars, row-major. */
export function write<E extends ElementType>(gpu: GpuContext, array: DeviceArray<E>, data: HostArray<E>): void {
  const scalars = scalarsOf(array);
  if (data.length !== scalars) {
    throw new Error(`${array.buffer.label} [${array.shape.join(", ")}] takes ${scalars} values, not ${data.length}`);
  }
  inSpan(gpu, "upload", () => gpu.device.queue.writeBuffer(array.buffer, 0, data as BufferSource));
}

/**
 * Waits for the device and copies an array back.
 * @throws RunError with whatever the device reported before.
 */
export async function read<E extends ElementType>(gpu: GpuContext, array: DeviceArray<E>): Promise<HostArray<E>> {
  const bytes = await inSpan(gpu, "read back", () => readBytes(gpu, array.buffer));
  const length = scalarsOf(array);
  const host = array.element === "f32" ? new Float32Array(bytes, 0, length) : new Uint32Array(bytes, 0, length);
  return host as HostArray<E>;
}

/** Copies several back, in one wait. @throws as `read`, when no copy is on its way any more */
export async function readAll<E extends ElementType>(
  gpu: GpuContext,
  arrays: readonly DeviceArray<E>[],
): Promise<HostArray<E>[]> {
  const copies = await Promise.allSettled(arrays.map((array) => read(gpu, array)));
  return copies.map((copy) => {
    if (copy.status === "rejected") throw copy.reason;
    return copy.value;
  });
}

async function readBytes(gpu: GpuContext, source: GPUBuffer): Promise<ArrayBuffer> {
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = gpu.device.createBuffer({ label: `read ${source.label}`, size: source.size, usage });
  const release = gpu.profiler?.allocated(source.size);
  try {
    const encoder = gpu.device.createCommandEncoder({ label: `read ${source.label}` });
    encoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
    gpu.device.queue.submit([encoder.finish()]);
    await mapped(gpu, staging);
    return staging.getMappedRange().slice(0);
  } finally {
    staging.destroy(); // buffers are not collected in time
    release?.();
  }
}

async function mapped(gpu: GpuContext, staging: GPUBuffer): Promise<void> {
  try {
    await staging.mapAsync(GPUMapMode.READ);
  } catch (error) {
    await new Promise((resolve) => setTimeout(resolve)); // let `lost` arrive: it says more than AbortError
    gpu.check();
    throw error;
  }
  gpu.check();
}
