/** Arrays of numpy (npy.ts) that come in pieces and are too large to be in memory: some rows at a time. */
import {
  columnMajorPlaces,
  NPY_PREFIX_BYTES,
  type NpyArray,
  type NpyLayout,
  npyHeaderBytes,
  npyLayout,
  npyValues,
} from "./npy.ts";

export class NpyRows {
  readonly #pieces: ByteQueue;
  readonly #layout: NpyLayout;

  private constructor(pieces: ByteQueue, layout: NpyLayout) {
    this.#pieces = pieces;
    this.#layout = layout;
  }

  /**
   * @param size bytes of the whole file
   * @param where the file's name, for messages
   * @throws RunError as `parseNpy`, and what the pieces throw
   */
  static async open(pieces: AsyncIterable<Uint8Array>, size: number, where: string): Promise<NpyRows> {
    const queue = new ByteQueue(pieces);
    const prefix = await queue.take(Math.min(size, NPY_PREFIX_BYTES));
    const rest = await queue.take(Math.max(0, npyHeaderBytes(prefix, size, where) - prefix.length));
    const header = Uint8Array.from([...prefix, ...rest]);
    const layout = npyLayout(header, size, where);
    queue.putBack(header.subarray(layout.first));
    return new NpyRows(queue, layout);
  }

  get type(): string {
    return this.#layout.type;
  }

  get shape(): readonly number[] {
    return this.#layout.shape;
  }

  /** Bytes of a row in the file. */
  get rowBytes(): number {
    const { shape, width } = this.#layout;
    return shape.slice(1).reduce((product, length) => product * length, width);
  }

  /** Whether rows lie scattered over the file, so that they can only be read all at once. */
  get scattered(): boolean {
    return this.#layout.columnMajor;
  }

  /** The values of the next rows, row-major. @throws what the pieces throw */
  async take(rows: number): Promise<NpyArray["values"]> {
    const bytes = await this.#pieces.take(rows * this.rowBytes);
    return npyValues(bytes, this.#layout, this.scattered ? columnMajorPlaces(this.shape) : undefined);
  }

  /** Behind the last row: lets the pieces come to their end, where they are checked. @throws what the pieces throw */
  async end(): Promise<void> {
    await this.#pieces.end();
  }
}

/** Pieces of any length to as many bytes as are wanted. */
class ByteQueue {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  putBack(bytes: Uint8Array): void {
    const rest = new Uint8Array(bytes.length + this.#rest.length);
    rest.set(bytes);
    rest.set(this.#rest, bytes.length);
    this.#rest = rest;
  }

  /** Fewer only where the pieces end, which their maker is to refuse. */
  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#pieces.next();
        if (done === true) return taken.subarray(0, filled);
        this.#rest = value;
      }
      const some = this.#rest.subarray(0, length - filled);
      taken.set(some, filled);
      filled += some.length;
      this.#rest = this.#rest.subarray(some.length);
    }
    return taken;
  }

  async end(): Promise<void> {
    for (;;) {
      const { done } = await this.#pieces.next();
      if (done === true) return;
    }
  }
}
