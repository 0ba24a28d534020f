/** Compile, bind, encode: what every kernel is made of. Types come from the generated shader interface. */
import { RunError } from "../../core/errors.ts";
import { inSpan } from "../profile/profiler.ts";
import type { GpuContext } from "./context.ts";
import type { DeviceArray } from "./device-array.ts";
import type { StructInterface } from "./layout.ts";
import { resolveVariant } from "./preprocess.ts";
import type { Cost, Recorder } from "./recorder.ts";
import type { StructValues, UniformArray } from "./uniforms.ts";

/** The form of a generated shader description. */
export interface ShaderInterface {
  readonly file: string;
  readonly source: string;
  readonly overrides: Readonly<Record<string, string>>;
  readonly structs: Readonly<Record<string, unknown>>;
  readonly entries: Readonly<Record<string, EntryInterface>>;
}
interface EntryInterface {
  readonly variants: Readonly<Record<string, VariantInterface>>;
}
interface VariantInterface {
  readonly workgroupSize: readonly number[];
  readonly bindings: Readonly<Record<string, BindingInterface>>;
}
type BindingInterface =
  | { readonly binding: number; readonly kind: "uniform"; readonly struct: string }
  | {
      readonly binding: number;
      readonly kind: "storage" | "read-only-storage";
      readonly element: string;
      readonly shape: readonly string[];
    };

/** What the host must hand over for one binding. */
type Resource<B> = B extends { kind: "uniform"; struct: infer S extends string }
  ? UniformArray<S>
  : B extends { element: infer E extends string; shape: infer Shape extends readonly string[] }
    ? DeviceArray<E, Shape["length"]>
    : never;
type Resources<Bindings> = { readonly [Name in keyof Bindings]: Resource<Bindings[Name]> };

/** Invocations along x, y and z; rounded up to whole workgroups. */
export type Grid = readonly [number, number?, number?];

/** A kernel with its buffers: ready to be encoded any number of times. */
export interface BoundKernel {
  readonly label: string;
  /** `step` selects the element of the dynamic uniform, where the kernel has one. */
  encode(to: Recorder, grid: Grid, step?: number): void;
}

export interface Kernel<Bindings> {
  readonly label: string;
  bind(resources: Resources<Bindings>): BoundKernel;
}

type NameIn<Bindings> = Bindings extends { readonly bindings: infer Named } ? keyof Named & string : never;
type BindingName<Entries> = {
  [E in keyof Entries]: Entries[E] extends { readonly variants: infer Variants }
    ? { [V in keyof Variants]: NameIn<Variants[V]> }[keyof Variants]
    : never;
}[keyof Entries];

/**
 * What is known of one dispatch when its cost is asked. Operations are those of the result: 2 a multiply-add of a product,
 * with the lanes that pad rows, plus the allowances of kernels/cost.ts. Bytes are what moves where caches are perfect:
 * every element that is touched once, and twice where it is read and written.
 */
export interface CostFacts<S extends ShaderInterface> {
  /** As the caller gave it, before any tiling. */
  readonly grid: readonly [number, number, number];
  /** Values of the bound uniform of this struct, at this dispatch. */
  uniform<N extends keyof S["structs"] & string>(
    struct: N,
  ): S["structs"][N] extends StructInterface ? StructValues<S["structs"][N]> : never;
  /** Shape of a bound array. */
  shape(binding: BindingName<S["entries"]>): readonly number[];
}

interface KernelOptions<S extends ShaderInterface> {
  readonly overrides?: { readonly [Name in keyof S["overrides"]]?: number };
  /** The uniform whose element is chosen at each `encode`. */
  readonly dynamic?: string;
  /** Invocations for a grid that callers give in other tiles than the variant's; must follow from shader and variant. */
  readonly tiling?: (grid: Grid) => Grid;
  /** What a dispatch costs; must follow from shader, entry, variant and overrides. Asked only while profiling. */
  readonly cost?: (facts: CostFacts<S>) => Cost;
}

const compiled = new WeakMap<GPUDevice, Map<string, Promise<Kernel<unknown>>>>();

/**
 * One entry point of one variant (flags joined by `+`; "" for none), compiled at most once a device.
 * @throws RunError with `shaders/x.wgsl:line:col message` where it does not compile. Lines count in the resolved variant,
 * parts included.
 */
export function createKernel<
  S extends ShaderInterface,
  E extends keyof S["entries"] & string,
  V extends keyof S["entries"][E]["variants"] & string,
>(
  gpu: GpuContext,
  shader: S,
  entry: E,
  variant: V,
  options: KernelOptions<S> = {},
): Promise<Kernel<S["entries"][E]["variants"][V]["bindings"]>> {
  const kernels = compiled.get(gpu.device) ?? new Map<string, Promise<Kernel<unknown>>>();
  compiled.set(gpu.device, kernels);
  const key = JSON.stringify([shader.file, entry, variant, options]);
  const build = () => inSpan(gpu, "compile", () => buildKernel(gpu, shader, entry, variant, options));
  const kept = kernels.get(key);
  const kernel = kept ?? (build() as Promise<Kernel<unknown>>);
  if (kept === undefined) {
    kernels.set(key, kernel);
    kernel.catch(() => kernels.delete(key)); // whoever asked is told; the next one may have more luck
  }
  return kernel as Promise<Kernel<S["entries"][E]["variants"][V]["bindings"]>>;
}

async function buildKernel<
  S extends ShaderInterface,
  E extends keyof S["entries"] & string,
  V extends keyof S["entries"][E]["variants"] & string,
>(
  gpu: GpuContext,
  shader: S,
  entry: E,
  variant: V,
  { overrides = {}, dynamic, tiling = (grid) => grid, cost: costFormula }: KernelOptions<S>,
): Promise<Kernel<S["entries"][E]["variants"][V]["bindings"]>> {
  const { device } = gpu;
  const label = `${shader.file.replace(/^shaders\/|\.wgsl$/g, "")}.${entry}`;
  const { workgroupSize, bindings: described } = shader.entries[entry]!.variants[variant]!;
  const bindings = Object.entries(described);
  const module = await compile(gpu, shader, variant);
  const layout = device.createBindGroupLayout({
    label,
    entries: bindings.map(([name, { binding, kind }]) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: kind, hasDynamicOffset: name === dynamic },
    })),
  });
  const pipeline = await createPipeline(gpu, {
    label,
    layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: entry, constants: overrides as Record<string, number> },
  });
  gpu.check();
  const bind = (resources: Resources<S["entries"][E]["variants"][V]["bindings"]>): BoundKernel => {
    const byName = resources as Readonly<Record<string, BoundResource>>;
    const group = device.createBindGroup({
      label,
      layout,
      entries: bindings.map(([name, { binding, kind }]) => {
        const { buffer, elementSize } = byName[name]!;
        const size = kind === "uniform" && elementSize !== undefined ? { size: elementSize } : {};
        return { binding, resource: { buffer, ...size } };
      }),
    });
    const stride = dynamic === undefined ? 0 : byName[dynamic]!.stride!;
    const costOf = gpu.profiler && costFormula && coster(costFormula, byName, dynamic);
    return {
      label,
      encode(to, grid, step = 0) {
        const offsets = dynamic === undefined ? [] : [step * stride];
        const counts = workgroups(gpu, label, tiling(grid), workgroupSize);
        const cost = costOf?.(grid, step);
        to.dispatch({ label, pipeline, group, offsets, workgroups: counts, cost });
      },
    };
  };
  return { label, bind };
}

/** @throws Error where the back end refuses what its validation has let pass. */
async function createPipeline(
  { device, compilesAside }: GpuContext,
  descriptor: GPUComputePipelineDescriptor,
): Promise<GPUComputePipeline> {
  if (compilesAside) return device.createComputePipelineAsync(descriptor);
  const kinds = ["internal", "validation"] as const;
  for (const kind of kinds) device.pushErrorScope(kind);
  const pipeline = device.createComputePipeline(descriptor);
  const errors = await Promise.all(kinds.map(() => device.popErrorScope()));
  const first = errors.find((error) => error !== null);
  if (first) throw new Error(`${descriptor.label}: ${first.message}`);
  return pipeline;
}

/** What `bind` needs of any resource. */
interface BoundResource {
  readonly buffer: GPUBuffer;
  readonly elementSize?: number;
  readonly stride?: number;
  readonly shape?: readonly number[];
  readonly struct?: string;
  readonly values?: readonly Readonly<Record<string, number>>[];
}

/** What dispatches of a bound kernel cost. The facts are made once and told the dispatch: this runs for every one. */
function coster<S extends ShaderInterface>(
  cost: (facts: CostFacts<S>) => Cost,
  resources: Readonly<Record<string, BoundResource>>,
  dynamic: string | undefined,
): (grid: Grid, step: number) => Cost {
  const missing = (what: string): never => {
    throw new Error(`a cost asks for ${what}, which is not bound`);
  };
  const uniforms = new Map(
    Object.entries(resources).flatMap(([name, one]) => {
      return one.struct === undefined ? [] : [[one.struct, { one, dynamic: name === dynamic }] as const];
    }),
  );
  let element = 0;
  const grid: [number, number, number] = [1, 1, 1];
  const facts: CostFacts<S> = {
    grid,
    uniform(struct) {
      const found = uniforms.get(struct) ?? missing(struct);
      return (found.one.values![found.dynamic ? element : 0] ?? missing(`${struct} ${element}`)) as never;
    },
    shape: (binding) => resources[binding]?.shape ?? missing(binding),
  };
  return ([x, y = 1, z = 1], step) => {
    [grid[0], grid[1], grid[2]] = [x, y, z];
    element = step;
    return cost(facts);
  };
}

async function compile(gpu: GpuContext, shader: ShaderInterface, variant: string): Promise<GPUShaderModule> {
  const code = resolveVariant(shader.source, variant.split("+"));
  // A scope of its own: what the compiler says is thrown below, and must not also count as an error of the device.
  gpu.device.pushErrorScope("validation");
  const module = gpu.device.createShaderModule({ label: `${shader.file} ${variant}`.trim(), code });
  const [{ messages }] = await Promise.all([module.getCompilationInfo(), gpu.device.popErrorScope()]);
  const first = messages.find((message) => message.type === "error");
  if (first) {
    const line = code.split("\n")[first.lineNum - 1]?.trim();
    throw new RunError({
      what: first.message,
      where: `${shader.file}:${first.lineNum}:${first.linePos}${variant && ` (variant ${variant})`}`,
      ...(line === undefined ? {} : { found: line }),
    });
  }
  return module;
}

function workgroups(gpu: GpuContext, label: string, grid: Grid, size: readonly number[]): [number, number, number] {
  const counts = [0, 1, 2].map((axis) => Math.ceil((grid[axis] ?? 1) / size[axis]!)) as [number, number, number];
  const most = gpu.device.limits.maxComputeWorkgroupsPerDimension;
  if (counts.some((count) => count > most)) {
    throw new RunError({
      what: `${label} needs ${counts.join(" x ")} workgroups`,
      expected: `at most ${most} a dimension`,
      found: `a grid of ${grid.join(" x ")}`,
    });
  }
  return counts;
}
