/** Bytes of device buffers that exist, and the most that existed at once. */
import type { GpuContext } from "../gpu/device/context.ts";

interface LiveMemory {
  /** Most bytes at once since the watch began; buffers that existed before are not counted. */
  readonly peakBytes: number;
  /** Ends the watch. */
  [Symbol.dispose](): void;
}

/** Counts at the device itself, so that nothing that allocates can be forgotten. */
export function watchMemory({ device }: GpuContext): LiveMemory {
  const original = device.createBuffer.bind(device);
  let liveBytes = 0;
  let peakBytes = 0;
  device.createBuffer = (descriptor) => {
    const buffer = original(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    let counted = descriptor.size;
    liveBytes += counted;
    peakBytes = Math.max(peakBytes, liveBytes);
    buffer.destroy = () => {
      liveBytes -= counted; // destroy() may be called again
      counted = 0;
      return destroy();
    };
    return buffer;
  };
  return {
    get peakBytes() {
      return peakBytes;
    },
    [Symbol.dispose]() {
      device.createBuffer = original;
    },
  };
}
