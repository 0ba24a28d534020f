/**
 * Arrays described once. A pass or a layer says which arrays it works on; a plan adds the description up before anything
 * exists, and a run allocates it (Owned.allocate), so that what is planned is what is used.
 */
import type { PlanBasis, PlannedArray } from "./plan-basis.ts";

/** How a struct of a shader lies in memory. */
export interface StructInterface {
  readonly size: number;
  readonly fields: Readonly<Record<string, { readonly offset: number; readonly type: string }>>;
}

/** An array of scalars, of pairs of them, or of structs; `shape` counts elements, as the shaders' bindings do. */
export interface ArraySpec<Element extends string = string, Rank extends number = number> {
  readonly element: Element;
  readonly elementBytes: number;
  readonly rank: Rank;
  readonly shape: readonly number[];
}

/** One or more uniform structs, of which each dispatch may choose one. */
export interface UniformSpec<Struct extends string = string> {
  readonly struct: Struct;
  readonly structBytes: number;
  readonly count: number;
}

export type Spec = ArraySpec | UniformSpec;

/** Specifications by name, in lists and groups; undefined where a form of the pass goes without. */
export type Layout = Spec | undefined | readonly Layout[] | { readonly [name: string]: Layout };

export type Structs = { readonly file: string; readonly structs: Readonly<Record<string, StructInterface>> };

function arraySpec<E extends string, const S extends readonly number[]>(
  element: E,
  elementBytes: number,
  shape: S,
): ArraySpec<E, S["length"]> {
  return { element, elementBytes, rank: shape.length, shape };
}

export const f32 = <const S extends readonly number[]>(...shape: S) => arraySpec("f32", 4, shape);
export const u32 = <const S extends readonly number[]>(...shape: S) => arraySpec("u32", 4, shape);
/** Pairs, which shaders read as vec2. */
export const f32x2 = <const S extends readonly number[]>(...shape: S) => arraySpec("f32", 8, shape);
export const u32x2 = <const S extends readonly number[]>(...shape: S) => arraySpec("u32", 8, shape);

/** A table of structs in a storage buffer. */
export function structs<T extends Structs, N extends keyof T["structs"] & string>(shader: T, name: N, count: number) {
  return arraySpec(name, shader.structs[name]!.size, [count] as const);
}

export function uniforms<T extends Structs, N extends keyof T["structs"] & string>(
  shader: T,
  name: N,
  count = 1,
): UniformSpec<N> {
  return { struct: name, structBytes: shader.structs[name]!.size, count };
}

/** Scalars of 4 bytes that an array holds. */
export function scalarsOf({ shape, elementBytes }: Pick<ArraySpec, "shape" | "elementBytes">): number {
  return shape.reduce((product, size) => product * size, elementBytes / 4);
}

/** Bytes of the buffer. 16: a vec4 binding needs one whole element, even where a shape is empty. */
export function arrayBytes(spec: Pick<ArraySpec, "shape" | "elementBytes">): number {
  return Math.max(16, 4 * scalarsOf(spec));
}

/** Bytes from one uniform struct to the next, which an offset can choose. */
export function uniformStride({ device: { limits } }: Pick<PlanBasis, "device">, structBytes: number): number {
  const alignment = limits.minUniformBufferOffsetAlignment;
  return Math.ceil(structBytes / alignment) * alignment;
}

export function specBytes(basis: Pick<PlanBasis, "device">, spec: Spec): number {
  if ("element" in spec) return arrayBytes(spec);
  return Math.max(1, spec.count) * uniformStride(basis, spec.structBytes);
}

/** `firstMoments` to `first moments`. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function isSpec(layout: Exclude<Layout, undefined>): layout is Spec {
  return typeof (layout as ArraySpec).element === "string" || typeof (layout as UniformSpec).struct === "string";
}

/**
 * The same lists and groups, with what `each` makes of every specification.
 * @param label of the whole; those of its parts add their names and places, as `layer 0 first moments`
 */
export function mapLayout(layout: Layout, label: string, each: (spec: Spec, label: string) => unknown): unknown {
  if (layout === undefined) return undefined;
  if (isSpec(layout)) return each(layout, label);
  const below = (name: string | number, part: Layout) => mapLayout(part, `${label} ${name}`.trim(), each);
  if (Array.isArray(layout)) return layout.map((part: Layout, index) => below(index, part));
  return Object.fromEntries(Object.entries(layout).map(([name, part]) => [name, below(words(name), part)]));
}

/** What a layout takes, array by array. @param label as Owned.allocate has it */
export function plannedArrays(basis: PlanBasis, layout: Layout, label = ""): PlannedArray[] {
  const planned: PlannedArray[] = [];
  mapLayout(layout, label, (spec, name) => planned.push({ name, bytes: specBytes(basis, spec) }));
  return planned;
}
