/** Forms of products' kernels, as people write them. */
import { describe, expect, test } from "vitest";
import { everyProduct, parseTiles, tileForms, tilesText } from "../../src/core/tiles.ts";

const mixed = { forward_layer: "shared", hidden_delta: "plain", update_parameters: "subgroup" } as const;

describe("parseTiles", () => {
  test.each(tileForms)("%s stands for all products", (form) => {
    expect(parseTiles(form)).toEqual(everyProduct(form));
  });

  test("reads what tilesText writes, in any order, with spaces, and with the short names", () => {
    expect(parseTiles(tilesText(mixed))).toEqual(mixed);
    expect(parseTiles("update_parameters = subgroup, hidden_delta=plain,forward_layer=shared")).toEqual(mixed);
    expect(parseTiles("forward=shared,delta=plain,update=subgroup")).toEqual(mixed);
  });

  test.each([
    "",
    "round",
    "auto",
    "plain,plain,plain",
    "forward=plain",
    "forward=plain,delta=plain",
    "forward=plain,delta=plain,update=round",
    "forward=plain,delta=plain,update=",
    "forward=plain,delta=plain,update=plain=plain",
    "forward=plain,delta=plain,updates=plain",
    "forward=plain,forward_layer=plain,delta=plain,update=plain",
    "forward=plain,forward_layer=shared,update=plain",
    "forward=plain,delta=plain,update=plain,extra=plain",
    "forward=plain,delta=plain,update=plain,",
  ])("does not guess what %j means", (text) => {
    expect(parseTiles(text)).toBeUndefined();
  });
});
