/** What a store says its parts are of, and how another study is told from it. */
import { describe, expect, test } from "vitest";
import { IDENTITY } from "../../src/core/part-store.ts";
import { differences, identified, identityOf, storedIdentity } from "../../src/study/identity.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";
import type { PartOrigin } from "../../src/study/part-names.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const tiles = { forward_layer: "plain", hidden_delta: "plain", update_parameters: "plain" } as const;
const origin = {
  package: "0.1.0",
  dawn: "0.6.2",
  adapter: { description: "SwiftShader" },
  tiles,
  dataset: tinyDataset,
} as unknown as PartOrigin;

describe("an unfinished study", () => {
  test("is named in its store before the first part, and not before there is one", async () => {
    const store = new MemoryParts();
    const identity = await identityOf(tinyConfig, origin, undefined);
    const parts = identified(store, identity);
    expect(await storedIdentity(store)).toBeUndefined();
    expect(await store.list()).toEqual([]);
    await Promise.all([parts.write("a", Uint8Array.of(1)), parts.write("b", Uint8Array.of(2))]);
    expect((await store.list()).map(({ name }) => name).sort()).toEqual(["a", "b", IDENTITY]);
    expect(differences((await storedIdentity(store))!, identity)).toEqual([]);
  });

  test("that is damaged is nobody's: names of parts decide", async () => {
    const store = new MemoryParts();
    await store.write(IDENTITY, Uint8Array.of(1, 2, 3));
    expect(await storedIdentity(store)).toBeUndefined();
  });

  test("differs by options, data, adapter and given networks, field by field", async () => {
    const there = await identityOf(tinyConfig, origin, undefined);
    const of = async (config: object, changes: object, given?: unknown) =>
      differences(there, await identityOf({ ...tinyConfig, ...config }, { ...origin, ...changes }, given));
    expect(await of({}, {})).toEqual([]);
    expect(await of({ epochs: 9 }, {})).toEqual([{ field: "epochs", there: "3", here: "9" }]);
    expect(await of({ bits: 2 }, {})).toEqual([{ field: "bits", there: undefined, here: "2" }]);
    expect(await of({}, { adapter: { description: "llvmpipe" } })).toEqual([
      { field: "adapter", there: '"SwiftShader"', here: '"llvmpipe"' },
    ]);
    const dataset = { ...tinyDataset, sha256: "1".repeat(64) };
    expect((await of({}, { dataset })).map(({ field }) => field)).toEqual(["dataset"]);
    const networks = [Float32Array.of(1), Float32Array.of(2)];
    expect((await of({}, {}, networks)).map(({ field }) => field)).toEqual(["networks"]);
  });
});
