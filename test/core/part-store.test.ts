/** What all stores of parts do, whatever keeps them: memory, a folder, a browser's database. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PartStore } from "../../src/core/part-store.ts";
import { PartFolder } from "../../src/platform/node/part-folder.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";
import { openParts, pageWithParts } from "../support/browser-parts.ts";
import { launchChromium, noChromium, type TestBrowser } from "../support/chromium.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const scratch = scratchFolder();
let made = 0;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const name = (letter: string) => `network-000-${letter.repeat(64)}`;

let chromium: TestBrowser | undefined;
beforeAll(async () => {
  if (noChromium === undefined) chromium = await launchChromium();
});
afterAll(() => chromium?.close());

const stores: readonly (readonly [string, () => PartStore | Promise<PartStore>, string | undefined])[] = [
  ["memory", () => new MemoryParts(), undefined],
  ["a folder", () => new PartFolder(join(scratch, `${++made}`, "deep/parts")), undefined],
  [
    "a browser's database",
    async () => (await openParts(await pageWithParts(await chromium!.browser.newContext()))).folder("one"),
    noChromium,
  ],
];

for (const [place, open, lacking] of stores) {
  describe.skipIf(lacking !== undefined)(`parts in ${place}`, () => {
    test("are there with the bytes that were written, and others are not", async () => {
      const store = await open();
      expect(await store.has(name("a"))).toBe(false);
      expect(await store.read(name("a"))).toBeUndefined();
      expect(await store.list()).toEqual([]);
      await store.write(name("a"), bytesOf("one"));
      await store.write(name("b"), new Uint8Array());
      expect(await store.has(name("a"))).toBe(true);
      expect(Buffer.from((await store.read(name("a")))!).toString()).toBe("one");
      expect((await store.read(name("b")))!.length).toBe(0);
      expect(await store.has(name("c"))).toBe(false);
      expect([...(await store.list())].sort((a, b) => b.bytes - a.bytes)).toEqual([
        { name: name("a"), bytes: 3 },
        { name: name("b"), bytes: 0 },
      ]);
    });

    test("are replaced by the next that has the name", async () => {
      const store = await open();
      await store.write(name("a"), bytesOf("damaged"));
      await store.write(name("a"), bytesOf("whole"));
      expect(Buffer.from((await store.read(name("a")))!).toString()).toBe("whole");
      expect(await store.list()).toEqual([{ name: name("a"), bytes: 5 }]);
    });

    test("are kept without the buffer that they are a view of", async () => {
      const store = await open();
      await store.write(name("a"), new Uint8Array(1000).fill(7).subarray(10, 12));
      expect([...(await store.read(name("a")))!]).toEqual([7, 7]);
      expect(await store.list()).toEqual([{ name: name("a"), bytes: 2 }]);
    });

    test("are gone once they are removed, and need not be there for it", async () => {
      const store = await open();
      await store.write(name("a"), bytesOf("one"));
      await store.write(name("b"), bytesOf("two"));
      await store.remove(name("a"));
      await store.remove(name("a"));
      expect(await store.has(name("a"))).toBe(false);
      expect(await store.read(name("a"))).toBeUndefined();
      expect(await store.list()).toEqual([{ name: name("b"), bytes: 3 }]);
    });

    test("are whole whoever writes them at once", async () => {
      const store = await open();
      const content = new Uint8Array(200_000).fill(7);
      const writers = Array.from({ length: 4 }, () => store.write(name("a"), content));
      for (let reads = 0; reads < 4; reads++) {
        const read = await store.read(name("a"));
        expect(read === undefined || Buffer.compare(read, content) === 0).toBe(true);
      }
      await Promise.all(writers);
      expect(Buffer.compare((await store.read(name("a")))!, content)).toBe(0);
      expect(await store.list()).toEqual([{ name: name("a"), bytes: content.length }]);
    });
  });
}
