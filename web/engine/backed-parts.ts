/**
 * Parts of one training: in memory, and in a store that outlives the page as long as that takes them. What the store refuses stays
 * in memory, so whoever computes never learns of it.
 */
import { RunError } from "../../src/core/errors.ts";
import type { PartStore, StoredPart } from "../../src/core/part-store.ts";
import { MemoryParts } from "../../src/study/memory-parts.ts";

/** Large, and seldom asked for: in memory only where there is no store. */
const isLarge = (name: string) => /^(checkpoint|network)-/.test(name);

export class BackedParts implements PartStore {
  readonly label = "memory";
  readonly #memory = new MemoryParts();
  readonly #onFault: (fault: RunError) => void;
  #backing: PartStore | undefined;

  /** @param onFault told once of the first fault of the backing, which is not asked again after it */
  constructor(backing: PartStore | undefined, onFault: (fault: RunError) => void) {
    this.#backing = backing;
    this.#onFault = onFault;
  }

  get isBacked(): boolean {
    return this.#backing !== undefined;
  }

  /** From now on in memory alone. */
  detach(): void {
    this.#backing = undefined;
  }

  /** @returns undefined where there is no backing, or none any more */
  async #backed<T>(work: (backing: PartStore) => Promise<T>): Promise<T | undefined> {
    const backing = this.#backing;
    if (backing === undefined) return undefined;
    try {
      return await work(backing);
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      // Several may be under way.
      if (this.#backing !== undefined) this.#onFault(error);
      this.detach();
      return undefined;
    }
  }

  async has(name: string): Promise<boolean> {
    return (await this.#memory.has(name)) || (await this.#backed((backing) => backing.has(name))) === true;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return (await this.#memory.read(name)) ?? (await this.#backed((backing) => backing.read(name)));
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (!isLarge(name)) await this.#memory.write(name, bytes);
    await this.#backed((backing) => backing.write(name, bytes));
    if (isLarge(name) && !this.isBacked) await this.#memory.write(name, bytes);
  }

  async remove(name: string): Promise<void> {
    await this.#memory.remove(name);
    await this.#backed((backing) => backing.remove(name));
  }

  async list(): Promise<readonly StoredPart[]> {
    const [own, backed = []] = [await this.#memory.list(), await this.#backed((backing) => backing.list())];
    const names = new Set(own.map(({ name }) => name));
    return [...own, ...backed.filter(({ name }) => !names.has(name))];
  }
}
