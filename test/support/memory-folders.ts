/** Stores of several studies that lie in memory: a lab's storage that a test holds in its hands, and can damage. */
import type { PartFolders, PartStore, StoredPart } from "../../src/core/part-store.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";

export class MemoryFolders implements PartFolders {
  readonly #folders = new Map<string, PartStore>();

  folder(name: string): PartStore {
    const store = this.#folders.get(name) ?? new MemoryParts();
    this.#folders.set(name, store);
    return store;
  }

  async list(): Promise<StoredPart[]> {
    const folders: StoredPart[] = [];
    for (const [name, store] of this.#folders) {
      const parts = await store.list();
      if (parts.length > 0) folders.push({ name, bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0) });
    }
    return folders;
  }

  async remove(name: string): Promise<void> {
    for (const part of (await this.#folders.get(name)?.list()) ?? []) await this.folder(name).remove(part.name);
  }

  async quota(): Promise<number | undefined> {
    return undefined;
  }
}
