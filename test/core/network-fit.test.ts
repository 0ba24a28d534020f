/** A network that is not one of the data's is refused with both numbers. */
import { expect, test } from "vitest";
import type { Fault } from "../../src/core/errors.ts";
import { requireFit } from "../../src/core/network-fit.ts";
import { faultOf } from "../support/fault-of.ts";
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
