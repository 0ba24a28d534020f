/** Parts of several stores as if they were in one: any that is whole will do, and those that are there twice must be the same. */
import { RunError } from "../core/errors.ts";
import type { PartStore, StoredPart } from "../core/part-store.ts";
import { unsealed } from "./sealed-part.ts";

type ReadStore = Pick<PartStore, "label" | "read" | "has" | "list">;

interface Copy {
  readonly label: string;
  readonly bytes: Uint8Array;
  readonly whole: boolean;
}

function requireEqual(name: string, a: Copy, b: Copy): void {
  const isEqual = a.bytes.length === b.bytes.length && a.bytes.every((byte, at) => byte === b.bytes[at]);
  if (isEqual) return;
  throw new RunError({
    what: "a part that is there twice is not the same",
    where: `${a.label} and ${b.label}`,
    expected: `the same bytes of ${name}`,
    found: `${a.bytes.length} and ${b.bytes.length} bytes that differ, each with its own checksum`,
    fix: "find out which of the machines computes wrongly (gpu-importance doctor), and leave its folder out",
  });
}

export class UnitedParts implements PartStore {
  readonly label: string;
  readonly #stores: readonly ReadStore[];

  constructor(stores: readonly ReadStore[]) {
    this.label = stores.map(({ label }) => label).join(", ");
    this.#stores = stores;
  }

  async has(name: string): Promise<boolean> {
    for (const store of this.#stores) if (await store.has(name)) return true;
    return false;
  }

  async #copies(name: string): Promise<Copy[]> {
    const copies: Copy[] = [];
    for (const { label, read } of this.#stores.map((store) => ({ label: store.label, read: store.read.bind(store) }))) {
      const bytes = await read(name);
      if (bytes === undefined) continue;
      copies.push({ label, bytes, whole: (await unsealed(name, bytes)) instanceof Uint8Array });
    }
    return copies;
  }

  /** A whole one where there is any. @throws RunError where two are whole and not the same */
  async read(name: string): Promise<Uint8Array | undefined> {
    const copies = await this.#copies(name);
    const [first, ...others] = copies.filter(({ whole }) => whole);
    if (first === undefined) return copies[0]?.bytes;
    for (const other of others) requireEqual(name, first, other);
    return first.bytes;
  }

  /** Which stores have it, whole or not. */
  async placesOf(name: string): Promise<string[]> {
    return (await this.#copies(name)).map(({ label }) => label);
  }

  async list(): Promise<StoredPart[]> {
    const all = await Promise.all(this.#stores.map((store) => store.list()));
    return [...new Map(all.flat().map((part) => [part.name, part])).values()];
  }

  async write(name: string): Promise<never> {
    throw new Error(`parts of others are only read: ${name}`);
  }

  remove(name: string): Promise<never> {
    return this.write(name);
  }
}
