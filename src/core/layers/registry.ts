/** Every kind of layer. A new one is a line here, one in gpu/layers/registry.ts and one in reference/layers.ts. */
import { dense } from "./dense.ts";
import type { LayerKind } from "./layer-kind.ts";

export const layerKinds = { dense };

type Kinds = typeof layerKinds;
export type KindName = keyof Kinds;
/** A layer of any kind. */
export type Layer = { [K in KindName]: Parameters<Kinds[K]["shape"]>[0] }[KindName];
/** A shape, with what else its kind needs to know. */
export type KindShape = { [K in KindName]: ReturnType<Kinds[K]["shape"]> }[KindName];

/** The kind of a layer, or of a shape. Layers were dense before they said it. */
export function kindNameOf({ kind = "dense" }: { readonly kind?: KindName }): KindName {
  return kind;
}

export function kindOf(one: { readonly kind?: KindName }): LayerKind<Layer, KindShape> {
  return layerKinds[kindNameOf(one)];
}

export function shapeOf(layer: Layer): KindShape {
  return kindOf(layer).shape(layer);
}
