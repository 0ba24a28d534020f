/** Pages that lie in memory, and say whether they were closed. */
import { createHash } from "node:crypto";
import type { Scratch } from "../../src/core/platform.ts";

export interface MemoryScratch extends Scratch {
  /** Of every store that was opened. */
  readonly stores: { pageBytes: readonly number[]; closed: boolean }[];
}

export function memoryScratch(): MemoryScratch {
  const stores: MemoryScratch["stores"] = [];
  return {
    stores,
    async openPages(pageBytes) {
      const pages = pageBytes.map((bytes) => ({ bytes: new Uint8Array(bytes), used: 0 }));
      const own = { pageBytes, closed: false };
      stores.push(own);
      let shown = new Uint8Array();
      return {
        append(page, bytes) {
          pages[page]!.bytes.set(bytes, pages[page]!.used);
          pages[page]!.used += bytes.length;
        },
        async read(page) {
          shown.fill(255); // what was read before may be overwritten
          shown = pages[page]!.bytes.slice(0, pages[page]!.used);
          return shown;
        },
        [Symbol.dispose]() {
          own.closed = true;
        },
      };
    },
    sha256() {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), hexadecimal: () => hash.digest("hex") };
    },
  };
}
