/** What every kind of layer keeps to: shapes, weights and packed rows agree, and files hold all that a layer has. */
import { describe, expect, test } from "vitest";
import { denseShape } from "../../src/core/layers/dense.ts";
import { type KindName, type KindShape, kindOf, layerKinds, shapeOf } from "../../src/core/layers/registry.ts";
import { weightsInto } from "../../src/core/network.ts";
import { RandomSequence, streams } from "../../src/core/random.ts";
import { requireNetwork } from "../../src/core/require-network.ts";
import { scalarsOf } from "../../src/gpu/device/layout.ts";
import { outputsLayout } from "../../src/gpu/layers/layer-kind.ts";
import { onDevice } from "../../src/gpu/layers/registry.ts";
import { layerOutputs, referenceOf } from "../../src/reference/layers.ts";

/** Of each kind: sizes below, at and above a quad, and single ones. */
const shapes: Readonly<Record<KindName, readonly KindShape[]>> = {
  dense: [denseShape(1, 1), denseShape(3, 4), denseShape(4, 3), denseShape(7, 5)],
};

const names = Object.keys(layerKinds) as KindName[];
const cases = names.flatMap((name) => shapes[name].map((shape) => [name, shape] as const));

const initial = (shape: KindShape, repeat: number) =>
  kindOf(shape).initial(shape, new RandomSequence(0, repeat, streams.initialisation, 0));

describe.each(cases)("a %s layer %j", (_, shape) => {
  const kind = kindOf(shape);
  const layer = initial(shape, 1);

  test("has the shape that it was made for, and as many weights as the shape says", () => {
    expect(shapeOf(layer)).toEqual(shape);
    expect(layer.weights.length).toBe(kind.weights(shape));
    expect(layer.biases.length).toBe(shape.units);
    const rows = Array.from({ length: shape.units }, (_, unit) => [...weightsInto(layer, unit)]);
    expect(rows.flat()).toEqual([...layer.weights]);
  });

  test("is held whole by the arrays of a file", () => {
    const tensors = kind.tensors(layer);
    for (const { shape: extents, values } of tensors)
      expect(extents.reduce((product, extent) => product * extent, 1)).toBe(values.length);
    expect(tensors.map(({ values }) => values)).toEqual([layer.weights, layer.biases]);
  });

  test("passes as part of a network that a program made, and not with a weight less", () => {
    expect(requireNetwork({ activation: [], layers: [layer] }, "a")).toEqual({ activation: [], layers: [layer] });
    const short = { ...layer, weights: layer.weights.slice(1) };
    expect(() => requireNetwork({ activation: [], layers: [short] }, "a")).toThrow("weights is invalid");
  });

  test("comes back from the device's rows, among others", () => {
    const layers = [0, 1, 2].map((repeat) => initial(shape, repeat));
    const packed = onDevice(shape).pack(layers);
    expect(packed.length).toBe(scalarsOf(onDevice(shape).parameters(shape, layers.length)));
    for (const [network, own] of layers.entries()) expect(onDevice(shape).unpack(packed, network, shape)).toEqual(own);
  });

  test("has a row for each unit below in what walks read", () => {
    const layers = [0, 1].map((repeat) => initial(shape, repeat));
    for (const { layout, rows } of [onDevice(shape).outgoing, onDevice(shape).evaluated])
      expect(rows(layers).length).toBe(scalarsOf(layout(shape, layers.length)));
  });

  test("gives as many outputs in float64 as a device has lanes for, and as many deltas as it has inputs", () => {
    const samples = 2;
    const inputs = Float64Array.from({ length: samples * shape.inputs }, (_, index) => index % 3);
    const outputs = layerOutputs(inputs, layer, "identity");
    expect(outputs.length).toBe(samples * shape.units * shape.area);
    const [slabs, rows, lanes] = outputsLayout(shape, 1, samples).shape as [number, number, number];
    expect([slabs, rows]).toEqual([1, samples * shape.area]);
    expect(lanes).toBeGreaterThan(shape.units);
    expect(referenceOf(layer).inputDelta(outputs, layer, inputs.fill(1)).length).toBe(inputs.length);
  });

  test("keeps the other units as they are when one goes", () => {
    const none = { units: new Set<number>(), constants: [] };
    expect(kind.pruned(layer, new Set(), none)).toEqual(layer);
    if (shape.units === 1) return;
    const without = kind.pruned(layer, new Set([0]), none);
    expect(shapeOf(without)).toEqual({ ...shape, units: shape.units - 1 });
    expect([...weightsInto(without, 0)]).toEqual([...weightsInto(layer, 1)]);
  });

  test("takes inputs in another order, and in their own again", () => {
    const turned = Uint32Array.from({ length: shape.inputs }, (_, index) => shape.inputs - 1 - index);
    const inputs = Float64Array.from({ length: shape.inputs }, (_, index) => index + 1);
    const other = kind.reordered(layer, turned);
    const expected = layerOutputs(inputs, layer, "identity");
    layerOutputs(inputs.toReversed(), other, "identity").forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 12);
    });
    expect(kind.reordered(other, turned)).toEqual(layer);
  });
});

test("a kind that is not known is refused by name", () => {
  const layer = { ...initial(denseShape(2, 2), 0), kind: "convolution" };
  expect(() => requireNetwork({ activation: [], layers: [layer] }, "a")).toThrow(/kind is invalid[\s\S]*dense/);
});
