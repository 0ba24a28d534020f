/** Counts the buffers that a device creates and that are destroyed again, and their bytes. */
import type { GpuContext } from "../../src/gpu/device/context.ts";

export interface WatchedBuffers {
  /** Labels of the buffers created to stay, in order. */
  readonly created: readonly string[];
  /** Labels of the staging buffers of read-backs. */
  readonly staging: readonly string[];
  /** Labels of buffers that were created and not destroyed. */
  alive(): string[];
  /** Most bytes that were alive at the same time, and of one buffer, since the last call. */
  peak(): { readonly bytes: number; readonly largest: number };
  /** Restores the device. */
  [Symbol.dispose](): void;
}

export function watchBuffers({ device }: GpuContext): WatchedBuffers {
  const original = device.createBuffer.bind(device);
  const created: string[] = [];
  const staging: string[] = [];
  const living = new Set<GPUBuffer>();
  let bytes = 0;
  let most = { bytes: 0, largest: 0 };
  device.createBuffer = (descriptor) => {
    const buffer = original(descriptor);
    const list = descriptor.usage & GPUBufferUsage.MAP_READ ? staging : created;
    list.push(descriptor.label ?? "");
    living.add(buffer);
    bytes += buffer.size;
    most = { bytes: Math.max(most.bytes, bytes), largest: Math.max(most.largest, buffer.size) };
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      if (living.delete(buffer)) bytes -= buffer.size;
      return destroy();
    };
    return buffer;
  };
  return {
    created,
    staging,
    alive: () => [...living].map(({ label }) => label),
    peak() {
      const reached = most;
      most = { bytes, largest: 0 };
      return reached;
    },
    [Symbol.dispose]() {
      device.createBuffer = original;
    },
  };
}
