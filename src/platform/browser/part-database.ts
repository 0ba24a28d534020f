/**
 * Parts of studies in a browser, in a database of the page's address: a folder for each study. It is IndexedDB, and not the private
 * file system of the address, because a transaction is whole or not at all in every browser. There, a file is renamed by `move`,
 * which no standard has; a handle for synchronous access keeps other tabs from the file; and streams to files came to Safari with 26.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { type Fault, RunError } from "../../core/errors.ts";
import type { PartFolders, PartStore, StoredPart } from "../../core/part-store.ts";

type Key = [folder: string, name: string];

interface PartSchema extends DBSchema {
  readonly parts: { readonly key: Key; readonly value: Uint8Array };
  /** Bytes of the parts, so that a list reads none of them. */
  readonly sizes: { readonly key: Key; readonly value: number };
}

type Database = IDBPDatabase<PartSchema>;

/** Another number where the stores of the database are others. */
const VERSION = 1;
/** Browsers have been known never to answer. */
const ANSWER_MS = 5000;

const DENIED = "allow this page to keep site data, or leave the private window";
const AGAIN = "reload the page; if it recurs, clear the data that the browser keeps of this page";

/** What the names of a browser's errors mean for people. */
const faults: Readonly<Record<string, Pick<Fault, "what" | "fix">>> = {
  QuotaExceededError: {
    what: "the browser's storage is full",
    fix: "delete earlier trainings, or make room on the disk",
  },
  SecurityError: { what: "the browser denies this page its storage", fix: DENIED },
  NotAllowedError: { what: "the browser denies this page its storage", fix: DENIED },
  VersionError: { what: "a newer version of this page has used the browser's storage", fix: "reload the page" },
};

function storageError(error: unknown, where: string): RunError {
  if (error instanceof RunError) return error;
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const known = faults[name] ?? { what: "the browser's storage does not work", fix: AGAIN };
  const found = `${name}: ${message}`;
  return new RunError({ ...known, where, found }, { cause: error });
}

/** @throws RunError in the place of whatever the browser says */
async function explained<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, where);
  }
}

const keysOf = (folder: string) => IDBKeyRange.bound([folder], [folder, []]); // a list comes after every text

function summed(keys: readonly Key[], sizes: readonly number[]): StoredPart[] {
  const bytes = new Map<string, number>();
  for (const [index, [folder]] of keys.entries()) bytes.set(folder, (bytes.get(folder) ?? 0) + sizes[index]!);
  return [...bytes].map(([name, sum]) => ({ name, bytes: sum }));
}

interface OpeningOptions {
  /** What says how much may be kept; browsers have it where pages are secure. */
  readonly storage?: StorageManager | undefined;
  /** Milliseconds after which the browser is not waited for any more. */
  readonly answerMs?: number;
  readonly version?: number;
}

export class PartDatabase implements PartFolders {
  readonly #database: Database;
  readonly #label: string;
  readonly #storage: StorageManager | undefined;

  private constructor(database: Database, label: string, storage: StorageManager | undefined) {
    this.#database = database;
    this.#label = label;
    this.#storage = storage;
  }

  /**
   * @param name of the database, which is made where there is none
   * @throws RunError where the browser has no storage for this page, or does not answer
   */
  static async open(
    name: string,
    { storage = globalThis.navigator.storage, answerMs = ANSWER_MS, version = VERSION }: OpeningOptions = {},
  ): Promise<PartDatabase> {
    const label = `the database ${name}`;
    const database = await explained(label, () => opened(name, version, answerMs));
    return new PartDatabase(database, label, storage);
  }

  folder(name: string): PartStore {
    return new PartsOfFolder(this.#database, name, this.#label);
  }

  list(): Promise<StoredPart[]> {
    return explained(this.#label, async () => {
      const { store } = this.#database.transaction("sizes");
      const [keys, sizes] = await Promise.all([store.getAllKeys(), store.getAll()]);
      return summed(keys, sizes);
    });
  }

  remove(name: string): Promise<void> {
    return explained(this.#label, () => removed(this.#database, keysOf(name)));
  }

  quota(): Promise<number | undefined> {
    return explained(this.#label, async () => (await this.#storage?.estimate())?.quota);
  }

  close(): void {
    this.#database.close();
  }
}

/** Both stores change in one transaction, so that they agree whatever happens. */
async function removed(database: Database, keys: Key | IDBKeyRange): Promise<void> {
  const change = database.transaction(["parts", "sizes"], "readwrite");
  await Promise.all([change.objectStore("parts").delete(keys), change.objectStore("sizes").delete(keys), change.done]);
}

class PartsOfFolder implements PartStore {
  readonly label: string;
  readonly #database: Database;
  readonly #folder: string;

  constructor(database: Database, folder: string, label: string) {
    this.#database = database;
    this.#folder = folder;
    this.label = label;
  }

  #key(name: string): Key {
    return [this.#folder, name];
  }

  has(name: string): Promise<boolean> {
    return explained(this.label, async () => (await this.#database.getKey("sizes", this.#key(name))) !== undefined);
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return explained(this.label, () => this.#database.get("parts", this.#key(name)));
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    // A view would be kept with all of the buffer that it is of.
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    return explained(this.label, async () => {
      const change = this.#database.transaction(["parts", "sizes"], "readwrite");
      const key = this.#key(name);
      const puts = [change.objectStore("parts").put(own, key), change.objectStore("sizes").put(own.length, key)];
      await Promise.all([...puts, change.done]);
    });
  }

  remove(name: string): Promise<void> {
    return explained(this.label, () => removed(this.#database, this.#key(name)));
  }

  list(): Promise<StoredPart[]> {
    return explained(this.label, async () => {
      const { store } = this.#database.transaction("sizes");
      const range = keysOf(this.#folder);
      const [keys, sizes] = await Promise.all([store.getAllKeys(range), store.getAll(range)]);
      return keys.map(([, name], index) => ({ name, bytes: sizes[index]! }));
    });
  }
}

/** @throws RunError where another tab is in the way, or nobody answers; else whatever the browser throws */
function opened(name: string, version: number, answerMs: number): Promise<Database> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const refuse = (what: string, fix: string) => {
      isOver = true;
      reject(new RunError({ what, fix }));
    };
    const timer = setTimeout(() => refuse("the browser's storage does not answer", AGAIN), answerMs);
    const opening = openDB<PartSchema>(name, version, {
      upgrade(database) {
        database.createObjectStore("parts");
        database.createObjectStore("sizes");
      },
      blocked() {
        const what = "another tab with an older version of this page holds the browser's storage";
        refuse(what, "close that tab, and reload this one");
      },
      // A newer version of the page, in another tab, must not wait for this one.
      blocking: (_own, _newer, { target }) => (target as IDBDatabase).close(),
    });
    opening
      // What opens too late is of no use any more.
      .then((database) => (isOver ? database.close() : resolve(database)), reject)
      .finally(() => clearTimeout(timer));
  });
}
