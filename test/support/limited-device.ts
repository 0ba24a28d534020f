/** The same device, said to hold less or to be of another kind, so that small work is cut into chunks like large work. */
import type { GpuContext } from "../../src/gpu/device/context.ts";
import { Pace } from "../../src/gpu/device/submit-pace.ts";

/** A context on the same device whose storage bindings hold at most `bytes`, as far as plans can tell. */
export function withBindingLimit(gpu: GpuContext, bytes: number): GpuContext {
  const device = new Proxy(gpu.device, {
    get(target, key) {
      if (key === "limits") return { ...plainLimits(target), maxStorageBufferBindingSize: bytes };
      const value: unknown = Reflect.get(target, key, target);
      // A native method refuses a proxy as its `this`.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { ...gpu, device };
}

function plainLimits({ limits }: GPUDevice) {
  const { maxBufferSize, minUniformBufferOffsetAlignment, maxComputeWorkgroupsPerDimension } = limits;
  return { maxBufferSize, minUniformBufferOffsetAlignment, maxComputeWorkgroupsPerDimension };
}

/** A context on the same device that plans as for a software adapter, or as for a GPU. */
export function saidToBeSoftware(gpu: GpuContext, software: boolean): GpuContext {
  return { ...gpu, facts: { ...gpu.facts, software }, pace: new Pace(software) };
}

/** A context on the same device that plans with `bytes` of memory. */
export function withMemory(gpu: GpuContext, bytes: number): GpuContext {
  return { ...gpu, memoryBytes: bytes };
}

/** A context on the same device that plans by what was guessed, so that no test depends on the load of the machine. */
export function withGuessedPace(gpu: GpuContext): GpuContext {
  return { ...gpu, pace: Object.assign(new Pace(gpu.facts.software), { observe() {} }) };
}
