/** Uniform structs on the device, laid out as the shader's generated interface says. */
import type { GpuContext } from "./context.ts";
import { type StructInterface, type Structs, specBytes, type UniformSpec, uniformStride } from "./layout.ts";

/** Values of one struct, by its WGSL field names. */
export type StructValues<S extends StructInterface> = { readonly [Field in keyof S["fields"]]: number };

/** One or more structs named `Struct`; a kernel with a dynamic uniform selects one of them at each dispatch. */
export interface UniformArray<Struct extends string> {
  readonly struct: Struct;
  readonly buffer: GPUBuffer;
  /** Bytes of one struct, and from one to the next. */
  readonly elementSize: number;
  readonly stride: number;
  /** What was written last, from the first struct on. */
  readonly values: readonly Readonly<Record<string, number>>[];
  destroy(): void;
}

function writeFields(view: DataView, base: number, { fields }: StructInterface, values: Record<string, number>): void {
  for (const [name, { offset, type }] of Object.entries(fields)) {
    if (type === "f32") view.setFloat32(base + offset, values[name]!, true);
    else view.setUint32(base + offset, values[name]!, true);
  }
}

/** Bytes of `values` as an array of structs at the given stride (default: packed as in a storage buffer). */
export function packStructs<S extends StructInterface>(
  layout: S,
  values: readonly StructValues<S>[],
  stride = layout.size,
): Uint8Array {
  const bytes = new Uint8Array(values.length * stride);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    writeFields(view, index * stride, layout, value as Record<string, number>);
  });
  return bytes;
}

/** Allocates uniform structs, which the caller destroys; `Owned.allocate` keeps them. */
export function allocateUniforms<N extends string>(
  gpu: GpuContext,
  label: string,
  spec: UniformSpec<N>,
): UniformArray<N> {
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const size = specBytes(gpu, spec);
  const buffer = gpu.device.createBuffer({ label, size, usage });
  const release = gpu.profiler?.allocated(size);
  return {
    struct: spec.struct,
    buffer,
    elementSize: spec.structBytes,
    stride: uniformStride(gpu, spec.structBytes),
    values: [],
    destroy() {
      buffer.destroy();
      release?.();
    },
  };
}

/** Writes the structs of a uniform array, from its beginning. */
export function writeUniforms<const T extends Structs, N extends keyof T["structs"] & string>(
  gpu: GpuContext,
  shader: T,
  array: UniformArray<N>,
  values: readonly StructValues<T["structs"][N]>[],
): void {
  const layout = shader.structs[array.struct]!;
  gpu.device.queue.writeBuffer(array.buffer, 0, packStructs(layout, values as never, array.stride) as BufferSource);
  (array as { values: UniformArray<N>["values"] }).values = values as UniformArray<N>["values"];
}
