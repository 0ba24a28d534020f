/** The cache of calibrations: what is written is read, for its key alone; whatever else is there is no reason to stop. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { everyProduct } from "../../src/core/tiles.ts";
import { type CalibrationKey, readCalibration, writeCalibration } from "../../src/platform/node/tiles-cache.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const adapter = {
  vendor: "v",
  architecture: "a",
  device: "d",
  description: "driver 1.0",
  software: false,
  backend: "vulkan",
};
const key: CalibrationKey = { package: "1.0.0", dawn: "webgpu 1", adapter };
const times = { plain: 2, shared: 1.5 };
const kept = {
  tiles: { ...everyProduct("shared"), hidden_delta: "plain" },
  milliseconds: { forward_layer: times, hidden_delta: times, update_parameters: times },
} as const;

test("what is written is read again, and leaves no other file", async () => {
  const folder = join(scratchFolder(), "not", "there");
  const notes: string[] = [];
  expect(await readCalibration(key, notes, folder)).toBeUndefined();
  await writeCalibration(key, kept, notes, folder);
  expect(await readCalibration(key, notes, folder)).toMatchObject(kept);
  expect(notes).toEqual([]);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^tiles-[0-9a-f]{16}\.json$/)]);
});

test.each([
  ["package", { ...key, package: "1.0.1" }],
  ["Dawn", { ...key, dawn: "webgpu 2" }],
  ["driver", { ...key, adapter: { ...adapter, description: "driver 1.1" } }],
  ["graphics API", { ...key, adapter: { ...adapter, backend: "d3d12" } }],
])("another %s finds nothing, and says nothing", async (_, other) => {
  const folder = scratchFolder();
  const notes: string[] = [];
  await writeCalibration(key, kept, notes, folder);
  expect(await readCalibration(other, notes, folder)).toBeUndefined();
  expect(notes).toEqual([]);
});

test.each([
  ["no JSON", "{"],
  ["another shape", '{"tiles": {}}'],
  ["a form that does not exist", JSON.stringify({ key, ...kept, tiles: everyProduct("round" as never) })],
  ["another key", JSON.stringify({ key: { ...key, package: "0" }, ...kept })],
])("a file with %s is of no use, and a note says so", async (_, text) => {
  const folder = scratchFolder();
  const notes: string[] = [];
  await writeCalibration(key, kept, notes, folder);
  const [name] = readdirSync(folder);
  writeFileSync(join(folder, name!), text);
  expect(await readCalibration(key, notes, folder)).toBeUndefined();
  expect(notes).toEqual([`cache was damaged and is made anew: ${join(folder, name!)}`]);
});

test("a folder that cannot be written or read is mentioned, and no more", async () => {
  const path = join(scratchFolder(), "file");
  writeFileSync(path, "");
  const notes: string[] = [];
  await writeCalibration(key, kept, notes, path);
  expect(notes).toEqual([expect.stringMatching(/^cache not written, so the next run measures again: /)]);
  const folder = scratchFolder();
  await writeCalibration(key, kept, [], folder);
  const [name] = readdirSync(folder);
  const other = scratchFolder();
  mkdirSync(join(other, name!));
  const readNotes: string[] = [];
  expect(await readCalibration(key, readNotes, other)).toBeUndefined();
  expect(readNotes).toEqual([expect.stringMatching(/^cache not read: /)]);
});
