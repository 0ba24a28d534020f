/** Parts that last as long as the program: for the library, the lab and tests. */
import type { PartStore, StoredPart } from "../core/part-store.ts";

export class MemoryParts implements PartStore {
  readonly label = "memory";
  readonly #parts = new Map<string, Uint8Array>();

  async has(name: string): Promise<boolean> {
    return this.#parts.has(name);
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return this.#parts.get(name);
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    this.#parts.set(name, bytes);
  }

  async remove(name: string): Promise<void> {
    this.#parts.delete(name);
  }

  async list(): Promise<StoredPart[]> {
    return [...this.#parts].map(([name, { length }]) => ({ name, bytes: length }));
  }
}
