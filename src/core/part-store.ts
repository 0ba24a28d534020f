/**
 * Where the parts of studies are kept: in memory, in a folder, in a browser's database. To a store a part is a name and bytes;
 * what they mean, `study/` alone knows.
 */
export interface PartStore {
  /** For messages: where the parts are. */
  readonly label: string;
  has(name: string): Promise<boolean>;
  /** As they were written, unless the medium damaged them; undefined where there is no part of that name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /**
   * Whole or not at all. Whoever else writes a part of that name writes the same bytes, or others that are as good, so nobody
   * has to wait for anybody.
   * @throws RunError where there is no room, or the place cannot be written to
   */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Whether it is there or not. */
  remove(name: string): Promise<void>;
  list(): Promise<readonly StoredPart[]>;
}

/** The name under which a store says what study its parts are of; it is there until the study is finished. */
export const IDENTITY = "study";

export interface StoredPart {
  readonly name: string;
  readonly bytes: number;
}

/** Stores of several studies beside each other. */
export interface PartFolders {
  /** The store of one study; it is there once something is written to it. */
  folder(name: string): PartStore;
  /** Folders by name, with the bytes of all their parts. */
  list(): Promise<readonly StoredPart[]>;
  /** All parts of a folder, or none; whether it is there or not. */
  remove(name: string): Promise<void>;
  /** Bytes that all of it may take, where the place says so. */
  quota(): Promise<number | undefined>;
}
