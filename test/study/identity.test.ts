/** What a store says its parts are of, and how another study is told from it. */
import { describe, expect, test } from "vitest";
import { IDENTITY } from "../../src/core/part-store.ts";
import type { AdapterFacts, RecordedConfig } from "../../src/core/study.ts";
import { everyProduct } from "../../src/core/tiles.ts";
import { differences, differencesText, identityOf } from "../../src/study/identity.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";
import { type PartOrigin, partName } from "../../src/study/part-names.ts";
import { identified, recordOf, storedRecord } from "../../src/study/study-record.ts";
import { tinyConfig, tinyDataset } from "../support/tiny-study.ts";

const adapter: AdapterFacts = {
  vendor: "",
  architecture: "",
  device: "",
  description: "SwiftShader",
  software: true,
  backend: "vulkan",
};
const origin: PartOrigin = {
  package: "0.1.0",
  dawn: "0.6.2",
  adapter,
  tiles: everyProduct("plain"),
  dataset: tinyDataset,
};
const record = recordOf({ config: tinyConfig, origin, dataset: tinyDataset, warnings: ["doubtful"] });

describe("an unfinished study", () => {
  test("is recorded in its store before the first part, and not before there is one", async () => {
    const store = new MemoryParts();
    const parts = identified(store, record);
    expect(await storedRecord(store)).toBeUndefined();
    expect(await store.list()).toEqual([]);
    await Promise.all([parts.write("a", Uint8Array.of(1)), parts.write("b", Uint8Array.of(2))]);
    expect((await store.list()).map(({ name }) => name).sort()).toEqual(["a", "b", IDENTITY]);
    expect(await storedRecord(store)).toEqual(record);
  });

  test("has a record from which parts get the names that they have beside the data", async () => {
    const place = { kind: "network", repeat: 0 } as const;
    expect(await partName(place, record.config, record.origin, [])).toBe(await partName(place, tinyConfig, origin, []));
  });

  test("that is damaged is nobody's: names of parts decide", async () => {
    const store = new MemoryParts();
    await store.write(IDENTITY, Uint8Array.of(1, 2, 3));
    expect(await storedRecord(store)).toBeUndefined();
  });

  test("differs by options, data, adapter and given networks, field by field", async () => {
    const there = await identityOf(record);
    const of = async (config: Partial<RecordedConfig>, changes: Partial<PartOrigin>, networks?: string[]) => {
      const other = { config: { ...tinyConfig, ...config }, origin: { ...origin, ...changes } };
      return differences(there, await identityOf({ ...other, ...(networks && { networks }) }));
    };
    expect(await of({}, {})).toEqual([]);
    expect(await of({ epochs: 9 }, {})).toEqual([{ field: "epochs", there: "3", here: "9" }]);
    expect(await of({ bits: 2 }, {})).toEqual([{ field: "bits", there: undefined, here: "2" }]);
    expect(differencesText(await of({ epochs: 9, bits: 2 }, {}))).toBe("epochs 9 (there 3), bits 2 (there not given)");
    expect(await of({}, { adapter: { ...adapter, description: "llvmpipe" } })).toEqual([
      { field: "adapter", there: '"SwiftShader (vulkan, software)"', here: '"llvmpipe (vulkan, software)"' },
    ]);
    expect((await of({}, { tiles: everyProduct("shared") })).map(({ field }) => field)).toEqual(["tiles"]);
    const dataset = { ...tinyDataset, sha256: "1".repeat(64) };
    expect((await of({}, { dataset })).map(({ field }) => field)).toEqual(["dataset"]);
    expect((await of({}, {}, ["network-000-a"])).map(({ field }) => field)).toEqual(["networks"]);
  });
});
