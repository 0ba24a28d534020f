/** Scopes: text to data and back. */
import { expect, test } from "vitest";
import { byScope, layerOf, layerScope, parseScope, type Scope, scopesOf, scopeText } from "../../src/core/scope.ts";

const scopes: Scope[] = [
  { kind: "layer", layer: 1 },
  { kind: "layer", layer: 12 },
  { kind: "network" },
  { kind: "network-ranked" },
];

test("text and data say the same", () => {
  expect(scopes.map(scopeText)).toEqual(["layer1", "layer12", "network", "network-ranked"]);
  for (const scope of scopes) expect(parseScope(scopeText(scope))).toEqual(scope);
});

test("what is not a scope is none", () => {
  for (const text of [
    "",
    "layer",
    "layers",
    "layer0",
    "layer01",
    "layer-1",
    "layer1.5",
    "layer1 ",
    "Network",
    "layer99999999999999999",
  ]) {
    expect(parseScope(text), text).toBeUndefined();
  }
});

test("a layer's scope is of that layer alone, the others of all", () => {
  expect(layerOf(layerScope(3))).toBe(3);
  expect([layerOf("network"), layerOf("network-ranked")]).toEqual([undefined, undefined]);
});

test("scopes of a study are in the order of tables, however they are asked for", () => {
  const all = scopesOf(11, ["network-ranked", "layers", "network"]);
  expect(all).toHaveLength(13);
  expect(all.slice(9)).toEqual(["layer10", "layer11", "network", "network-ranked"]);
  expect(all.toReversed().sort(byScope)).toEqual(all);
  expect(scopesOf(2, ["network"])).toEqual(["network"]);
});
