/** A network that is not one of the data's is refused with both numbers. */
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/core/dataset.ts";
import { type Fault, UsageError } from "../../src/core/errors.ts";
import { toChain, toNetwork } from "../../src/core/layer-chain.ts";
import type { Network } from "../../src/core/network.ts";
import { fittedTo, requireFit } from "../../src/core/network-fit.ts";
import { faultOf } from "../support/fault-of.ts";
import { logitsOf } from "../support/model-files.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

const data = { name: "bands", features: 36, classes: 3 };
const accept = (widths: readonly number[], fix?: string) =>
  requireFit(realNetwork(testRandom(1), widths, "relu"), data, "a.onnx", fix);
const refused = (widths: readonly number[], fix?: string): Promise<Fault> =>
  faultOf((async () => accept(widths, fix))());

test("a network of the data's inputs and classes fits", () => {
  expect(accept([36, 4, 3])).toBeUndefined();
});

test.each([
  [[35, 4, 3], "36, as in bands", "35 inputs (35-4-3)"],
  [[36, 4, 2], "3, as in bands", "2 outputs (36-4-2)"],
  [[36, 3], "one or more", "none (36-3)"],
])("%j is refused", async (widths, expected, found) => {
  expect(await refused(widths)).toMatchObject({ where: "a.onnx", expected, found });
});

test("the way out is that of the place", async () => {
  expect((await refused([35, 4, 3])).fix).toMatch(/trained on/);
  expect((await refused([35, 4, 3], "drop the data first")).fix).toBe("drop the data first");
});

describe("a network that is fitted to data", () => {
  const random = testRandom(5);
  const samples = (inputs: Uint8Array | Float32Array, sampleShape: readonly number[], classes = 2): Dataset => {
    const features = sampleShape.reduce((product, extent) => product * extent, 1);
    const count = inputs.length / features;
    const split = { count, inputs, labels: new Uint16Array(count) };
    const parts = { train: split, validation: split, test: split };
    return { name: "pictures", features, sampleShape, classes, sha256: "", ...parts };
  };
  const first = (network: Network, row: readonly number[]) => logitsOf(toChain(network), row);
  const network = realNetwork(random, [18, 4, 2], "relu");
  const colours = samples(new Uint8Array(18), [3, 3, 2]);
  const pictures = samples(new Uint8Array(18), [2, 3, 3]);
  /** The same picture, [2, 3, 3] and [3, 3, 2]. */
  const planes = Array.from({ length: 18 }, (_, index) => index / 7 - 1);
  const pixels = Array.from({ length: 18 }, (_, index) => planes[(index % 2) * 9 + Math.floor(index / 2)]!);

  test("gives for the data's order what it gives for its own, and comes back to it to the bit", () => {
    const filed = { ...network, input: { shape: [3, 3, 2] } };
    const fitted = fittedTo(filed, pictures, { where: "a.h5" });
    expect(first(fitted.network, planes)).toEqual(first(network, pixels).map((value) => expect.closeTo(value, 5)));
    expect(fitted.network.input).toEqual({ shape: [2, 3, 3] });
    expect(fitted.notes[0]).toMatch(/channels first \(2 x 3 x 3\), the network last/);
    expect(fitted.inFilesForm(fitted.network)).toStrictEqual(filed);
    const again = fittedTo(fitted.network, pictures, { where: "a.h5" });
    expect(again.network).toStrictEqual(fitted.network);
    const { network: back } = fittedTo(fitted.network, colours, { where: "a.h5" });
    expect(back.layers).toStrictEqual(network.layers);
  });

  test("takes what is done with each feature along with the feature, and back", () => {
    const means = Float32Array.from({ length: 18 }, (_, index) => index);
    const treated = { ...network, inputTreatment: { means, deviations: means.map((mean) => mean + 1) } };
    const filed = { ...treated, input: { shape: [3, 3, 2] } };
    const fitted = fittedTo(filed, pictures, { where: "a.h5" });
    const atPlanes = Float32Array.from({ length: 18 }, (_, place) => (place % 9) * 2 + Math.floor(place / 9));
    const { inputTreatment } = fitted.network;
    expect(inputTreatment).toEqual({ means: atPlanes, deviations: atPlanes.map((mean) => mean + 1) });
    expect(fitted.inFilesForm(fitted.network)).toStrictEqual(filed);
    const forAll = { means: Float32Array.of(2), deviations: Float32Array.of(3) };
    expect(fittedTo({ ...filed, inputTreatment: forAll }, pictures, { where: "a" }).network.inputTreatment).toEqual(
      forAll,
    );
    expect(fittedTo(treated, pictures, { where: "a" }).network.inputTreatment).toEqual(treated.inputTreatment);
  });

  test("takes means of channels where the data have them, and is refused where the data have others", () => {
    const numbers = (...values: number[]) => Float32Array.from(values);
    const channelTreatment = { means: numbers(1, 2), deviations: numbers(3, 4) };
    const { network: fitted, inFilesForm } = fittedTo(
      { ...network, input: { shape: [3, 3, 2] }, channelTreatment },
      pictures,
      { where: "a.h5" },
    );
    const [ones, twos] = [numbers(...new Array(9).fill(1)), numbers(...new Array(9).fill(2))];
    expect(fitted.inputTreatment!.means).toEqual(numbers(...ones, ...twos));
    expect(fitted).not.toHaveProperty("channelTreatment");
    // In the order of the file the channels are the last axis.
    expect([...inFilesForm(fitted).inputTreatment!.means.subarray(0, 4)]).toEqual([1, 2, 1, 2]);
    const three = { means: numbers(1, 2, 3), deviations: numbers(1, 1, 1) };
    const attempt = () => fittedTo({ ...network, channelTreatment: three }, pictures, { where: "a.h5" });
    expect(attempt).toThrow(/^a\.h5: means and deviations of channels do not fit[\s\S]*2 means and 2 deviations/);
  });

  test("takes the order that was asked for where its file says none, and is refused without", () => {
    const filed = { ...network, input: {} };
    expect(() => fittedTo(filed, pictures, { where: "a.npz" })).toThrow(UsageError);
    expect(() => fittedTo(filed, pictures, { where: "a.npz" })).toThrow(
      /^a\.npz: it is not known in which order[\s\S]*2 x 3 x 3, as in pictures[\s\S]*--channels first[\s\S]*--channels last/,
    );
    expect(fittedTo(filed, pictures, { where: "a", channels: "first" }).network.layers).toStrictEqual(network.layers);
    const last = fittedTo(filed, pictures, { where: "a", channels: "last" }).network;
    expect(first(last, planes)).toEqual(first(network, pixels).map((value) => expect.closeTo(value, 5)));
    // One that was made here, or by hand, takes samples as they lie.
    expect(fittedTo(network, pictures, { where: "a" }).network.layers).toStrictEqual(network.layers);
  });

  test("is refused where its shape is another", () => {
    const filed = { ...network, input: { shape: [6, 3] } };
    expect(() => fittedTo(filed, samples(new Uint8Array(18), [3, 6]), { where: "a.h5" })).toThrow(
      /another shape than the data's\n.*3 x 6, as in pictures\n.*6 x 3/,
    );
  });

  test("takes bytes as 0 to 255 where it takes whole numbers, and whole numbers as they are", () => {
    const filed = { ...network, input: { shape: [18], whole: true } };
    const bytes = samples(new Uint8Array(18), [18]);
    const fitted = fittedTo(filed, bytes, { where: "a.onnx" });
    const row = planes.map((value) => Math.round(value * 50 + 100));
    const asFractions = first(
      fitted.network,
      row.map((value) => value / 255),
    );
    for (const [index, value] of first(network, row).entries()) {
      expect(Math.abs(asFractions[index]! - value)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
    }
    const floats = samples(new Float32Array(18).fill(3), [18]);
    expect(fittedTo(filed, floats, { where: "a" }).network.layers).toStrictEqual(network.layers);
    expect(() => fittedTo(filed, samples(new Float32Array(18).fill(0.5), [18]), { where: "a" })).toThrow(
      /takes whole numbers, the data have others\n.*\n.*0\.5 in pictures/,
    );
  });

  test("may have more outputs than there are classes, which then have no samples", () => {
    const wide = realNetwork(random, [18, 4, 5], "relu");
    const data = samples(new Uint8Array(18), [18], 3);
    const fitted = fittedTo(wide, data, { where: "a" });
    expect(fitted.dataset.classes).toBe(5);
    expect(fitted.notes).toEqual([expect.stringMatching(/5 outputs, the data have 3 classes/)]);
    const named = fittedTo(wide, { ...data, classNames: ["a", "b", "c"] }, { where: "a" });
    expect(named.dataset.classNames).toEqual(["a", "b", "c", "output 3", "output 4"]);
    // Numbers with a gap are not the numbers of outputs.
    expect(() => fittedTo(wide, { ...data, classNames: ["0", "1", "4"] }, { where: "a" })).toThrow(
      /which of the network's outputs are the data's classes\n.*0 to 4.*\n.*0, 1, 4 in pictures/,
    );
  });

  test("has one output for two classes alone", () => {
    const single = toNetwork({ ...toChain(realNetwork(random, [18, 4, 1], "relu")), output: "sigmoid" }, "a");
    expect(fittedTo(single, samples(new Uint8Array(18), [18]), { where: "a" }).notes).toEqual([]);
    expect(() => fittedTo(single, samples(new Uint8Array(18), [18], 3), { where: "a" })).toThrow(
      /outputs does not match the number of classes\n.*3, as in pictures\n.*one output, for two classes \(18-4-1\)/,
    );
  });
});
