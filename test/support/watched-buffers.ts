/** Counts the buffers that a device creates and that are destroyed again. */
import type { GpuContext } from "../../src/gpu/context.ts";

export interface WatchedBuffers {
  /** Labels of the buffers created to stay, in order. */
  readonly created: readonly string[];
  /** Labels of the staging buffers of read-backs. */
  readonly staging: readonly string[];
  /** Labels of buffers that were created and not destroyed. */
  alive(): string[];
  /** Restores the device. */
  [Symbol.dispose](): void;
}

export function watchBuffers({ device }: GpuContext): WatchedBuffers {
  const original = device.createBuffer.bind(device);
  const created: string[] = [];
  const staging: string[] = [];
  const living = new Set<GPUBuffer>();
  device.createBuffer = (descriptor) => {
    const buffer = original(descriptor);
    const list = descriptor.usage & GPUBufferUsage.MAP_READ ? staging : created;
    list.push(descriptor.label ?? "");
    living.add(buffer);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      living.delete(buffer);
      return destroy();
    };
    return buffer;
  };
  return {
    created,
    staging,
    alive: () => [...living].map(({ label }) => label),
    [Symbol.dispose]() {
      device.createBuffer = original;
    },
  };
}
