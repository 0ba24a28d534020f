/** Every kind of layer on a device: see core/layers/registry.ts. */
import type { KindName, KindShape, Layer } from "../../core/layers/registry.ts";
import { denseOnDevice } from "./dense.ts";
import type { DeviceLayerKind } from "./layer-kind.ts";

const kinds: Readonly<Record<KindName, DeviceLayerKind<Layer, KindShape>>> = { dense: denseOnDevice };

/** How a layer of this shape is computed. */
export function onDevice({ kind }: Pick<KindShape, "kind">): DeviceLayerKind<Layer, KindShape> {
  return kinds[kind];
}
