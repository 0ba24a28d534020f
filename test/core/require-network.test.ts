/** A network that a program made is refused where what it says of its inputs or its output does not hold together. */
import { expect, test } from "vitest";
import { requireNetwork } from "../../src/core/require-network.ts";
import { faultOf } from "../support/fault-of.ts";
import { realNetwork, testRandom } from "../support/networks.ts";

const network = realNetwork(testRandom(3), [4, 3, 2], "relu");
const three = realNetwork(testRandom(3), [4, 3, 3], "relu");
const numbers = (...values: number[]) => Float32Array.from(values);
const one = numbers(1);

test.each([
  { inputType: "bytes" },
  { inputType: "floats", inputTreatment: { means: numbers(0), deviations: one } },
  { inputTreatment: { means: numbers(0, 1, 2, 3), deviations: numbers(1, 2, 3, 4) } },
  { input: {} },
  { input: { shape: [2, 2], whole: true } },
  { singleOutput: "sigmoid" },
])("%j is taken", (said) => {
  const value = { ...network, ...said };
  expect(requireNetwork(value, "made up")).toBe(value);
});

test.each([
  [{ inputType: "words" }, "inputType", /bytes, floats/, /words/],
  [{ inputTreatment: null }, "inputTreatment", /./, /null/],
  [{ inputTreatment: { means: [0], deviations: one } }, "inputTreatment", /Float32Array/, /./],
  [{ inputTreatment: { means: numbers(0, 1), deviations: one } }, "inputTreatment", /1 or 4 numbers/, /2 means/],
  [{ inputTreatment: { means: one, deviations: numbers(1, 2, 3, 4) } }, "inputTreatment", /as many/, /4 and 1/],
  [{ inputTreatment: { means: numbers(Number.NaN), deviations: one } }, "inputTreatment", /finite means/, /NaN/],
  [{ inputTreatment: { means: one, deviations: numbers(0) } }, "inputTreatment", /above 0/, /0/],
  [{ input: { shape: [2, 3] } }, "input.shape", /product is 4/, /^2 x 3$/],
  [{ input: { shape: "4" } }, "input.shape", /product is 4/, /4/],
  [{ input: 4 }, "input", /./, /4/],
  [{ singleOutput: "softmax" }, "singleOutput", /sigmoid/, /softmax/],
])("%j is refused", async (said, what, expected, found) => {
  const fault = await faultOf((async () => requireNetwork({ ...network, ...said }, "made up"))());
  expect(fault.what).toContain(what);
  expect(fault.where).toContain("made up");
  expect(fault.expected).toMatch(expected);
  expect(fault.found).toMatch(found);
});

test("one output in the file is two here", async () => {
  const fault = await faultOf((async () => requireNetwork({ ...three, singleOutput: "sigmoid" }, "made up"))());
  expect(fault).toMatchObject({ what: expect.stringContaining("singleOutput"), found: "3" });
});
