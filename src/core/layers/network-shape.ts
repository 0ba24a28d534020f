/** Shapes of a whole network, first layer to last: what plans are made from before there are weights. */
import { denseShape } from "./dense.ts";
import { type KindShape, kindOf } from "./registry.ts";

export type NetworkShape = readonly KindShape[];

/** @param sizes values from the input to the output of dense layers, for example [784, 100, 100, 10] */
export function denseNetwork(sizes: readonly number[]): NetworkShape {
  return sizes.slice(1).map((units, layer) => denseShape(sizes[layer]!, units));
}

/** What a study trains on such data. */
export function studyShape(
  { features, classes }: { readonly features: number; readonly classes: number },
  { hidden }: { readonly hidden: readonly number[] },
): NetworkShape {
  return denseNetwork([features, ...hidden, classes]);
}

/** The layers whose units are measured and removed: all but the last, which gives the logits. */
export function hiddenLayers<T>(layers: readonly T[]): readonly T[] {
  return layers.slice(0, -1);
}

/** [hidden layers]: neurons, or channels. */
export function hiddenUnits(shape: NetworkShape): readonly number[] {
  return hiddenLayers(shape).map(({ units }) => units);
}

/** Values of a sample that the network takes. */
export function featuresOf([first]: NetworkShape): number {
  return first!.inputs;
}

/** Logits. */
export function classesOf(shape: NetworkShape): number {
  return shape.at(-1)!.units;
}

/** Values of a sample from the input to the logits: [784, 100, 100, 10]. */
export function layerSizes(shape: NetworkShape): readonly number[] {
  return [featuresOf(shape), ...shape.map(({ units, area }) => units * area)];
}

/** `784-100-100-10`. */
export function shapeText(shape: NetworkShape): string {
  return layerSizes(shape).join("-");
}

/** Of one sample through all layers; a product and its sum count once. */
export function multiplyAdds(shape: NetworkShape): number {
  return shape.reduce((sum, layer) => sum + layer.area * kindOf(layer).weights(layer), 0);
}
