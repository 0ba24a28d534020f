/** Data and networks are brought together, or nothing is computed. */
import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/core/dataset.ts";
import { UsageError } from "../../src/core/errors.ts";
import { type InputTreatment, type KnownInputs, oneForAll } from "../../src/core/input-treatment.ts";
import type { InputType } from "../../src/core/input-type.ts";
import { inputsForNetworks, requireTreated } from "../../src/data/inputs/inputs-for-networks.ts";
import { treatedDataset } from "../../src/data/inputs/treat-inputs.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

function dataOf(type: InputType): Dataset {
  const inputs = type === "bytes" ? Uint8Array.of(0, 51, 102, 255) : Float32Array.of(0, 0.5, 1, 2);
  const one = { count: 2, inputs, labels: Uint16Array.of(0, 1) };
  const facts = { name: "made", features: 2, sampleShape: [2], classes: 2, sha256: "0".repeat(64) };
  return { ...facts, train: one, validation: one, test: one };
}
const floats = dataOf("floats");
const a = oneForAll({ mean: 1, sd: 2 });
const b: InputTreatment = { means: Float32Array.of(1, 3), deviations: Float32Array.of(2, 2) };
const plain = realNetwork(testRandom(1), [2, 3, 2], "relu");
const network = (known: KnownInputs = {}, file = "net") => ({ file, network: { ...plain, ...known } });
const by = (treatment: InputTreatment, origin: "normalize" | "standardize") =>
  treatedDataset(floats, treatment, origin);

describe("data and networks", () => {
  test("that say nothing stay as they are, and the network says then what its inputs were", () => {
    const { dataset, networks, notes, warnings } = inputsForNetworks(floats, [network()]);
    expect(dataset).toBe(floats);
    expect(networks).toEqual([network({ inputType: "floats" })]);
    expect([...notes, ...warnings]).toEqual([]);
  });

  test("are treated as the network says, which is told", () => {
    const { dataset, networks, notes } = inputsForNetworks(floats, [network({ inputTreatment: a })]);
    expect([...dataset.test.inputs]).toEqual([-0.5, -0.25, 0, 0.5]);
    expect(dataset).toMatchObject({ treatment: { origin: "network", source: "floats" }, sha256: floats.sha256 });
    expect(networks[0]!.network).toMatchObject({ inputType: "floats", inputTreatment: a });
    expect(notes).toEqual(["(x - 1) / 2, as the network says"]);
    requireTreated(dataset, networks);
    expect(() => requireTreated(floats, networks)).toThrow("not brought together");
    expect(() => requireTreated(dataset, [network()])).toThrow("not brought together");
  });

  test("are treated once where an option and the network say the same, and by the option where the network says nothing", () => {
    for (const given of [network({ inputTreatment: a }), network()]) {
      const { dataset, networks, notes } = inputsForNetworks(by(a, "normalize"), [given]);
      expect([...dataset.test.inputs]).toEqual([-0.5, -0.25, 0, 0.5]);
      expect(networks[0]!.network.inputTreatment).toEqual(a);
      expect(notes).toEqual(["(x - 1) / 2, by --normalize"]);
    }
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      "an option and the network",
      () => inputsForNetworks(by(b, "normalize"), [network({ inputTreatment: a })]),
      /net: the network takes other inputs.*\n.*\(x - 1\) \/ 2, as the network says\n.*each of 2 features, by --normalize\n.*omit --normalize/,
    ],
    [
      "statistics and the network",
      () => inputsForNetworks(by(b, "standardize"), [network({ inputTreatment: a })]),
      /by --standardize\n.*omit --standardize/,
    ],
    [
      "two networks",
      () => inputsForNetworks(floats, [network({ inputTreatment: a }, "one"), network({ inputTreatment: b }, "two")]),
      /two: the network takes other inputs/,
    ],
    [
      "a network and one that says nothing",
      () => inputsForNetworks(floats, [network({}, "one"), network({ inputTreatment: b }, "two")]),
      /one: the networks take different inputs/,
    ],
    [
      "a network made by hand and itself",
      () => inputsForNetworks(floats, [network({ inputTreatment: { ...a, deviations: Float32Array.of(0) } })]),
      /net: inputTreatment does not fit the network/,
    ],
  ])("are refused where %s say different things", (_, attempt, message) => {
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(message);
  });

  test.each<[string, Dataset, KnownInputs, RegExp]>([
    ["numbers for a network of bytes", floats, { inputType: "bytes" }, /^net was made for bytes.*numbers/],
    ["bytes for a network of numbers", dataOf("bytes"), { inputType: "floats" }, /^net was made for numbers.*bytes/],
    [
      "an option for a network of plain numbers",
      by(a, "normalize"),
      { inputType: "floats" },
      /^net says that its inputs are x; taken as \(x - 1\) \/ 2$/,
    ],
  ])("are computed with, but doubted: %s", (_, data, known, warning) => {
    const { warnings } = inputsForNetworks(data, [network(known)]);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  test("keep what the network says of its values, where nothing else is done with them", () => {
    const { networks } = inputsForNetworks(floats, [network({ inputType: "bytes" })]);
    expect(networks[0]!.network.inputType).toBe("bytes");
  });
});
