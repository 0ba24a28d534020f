/** Single arrays and uniforms for a kernel under test; they live as long as the device. The program makes all of its through an owner. */
import type { GpuContext } from "../../src/gpu/device/context.ts";
import {
  allocateSpec,
  type DeviceArray,
  type ElementType,
  type HostArray,
  write,
} from "../../src/gpu/device/device-array.ts";
import { type Structs, uniforms } from "../../src/gpu/device/layout.ts";
import {
  allocateUniforms,
  type StructValues,
  type UniformArray,
  writeUniforms,
} from "../../src/gpu/device/uniforms.ts";

/** Allocates an array of `shape`, zeroed. */
export function allocate<E extends string, const S extends readonly number[]>(
  gpu: GpuContext,
  label: string,
  element: E,
  shape: S,
  elementBytes = 4,
): DeviceArray<E, S["length"]> {
  return allocateSpec(gpu, label, { element, elementBytes, rank: shape.length as S["length"], shape });
}

/** Allocates and fills: `data` holds the scalars of `shape`, row-major. */
export function upload<E extends ElementType, const S extends readonly number[]>(
  gpu: GpuContext,
  label: string,
  element: E,
  shape: S,
  data: HostArray<E>,
): DeviceArray<E, S["length"]> {
  const array = allocate(gpu, label, element, shape);
  write(gpu, array, data);
  return array;
}

/** Uploads uniform structs; `shader.structs` names the layout. */
export function uploadUniforms<const T extends Structs, N extends keyof T["structs"] & string>(
  gpu: GpuContext,
  shader: T,
  name: N,
  values: readonly StructValues<T["structs"][N]>[],
): UniformArray<N> {
  const array = allocateUniforms(gpu, `${shader.file} ${name}`, uniforms(shader, name, values.length));
  writeUniforms(gpu, shader, array, values);
  return array;
}
