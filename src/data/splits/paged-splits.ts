/**
 * Splits whose inputs do not fit in memory: the source is read once more, and every row goes to its page of its split, on
 * a disk. A page holds its rows in the order of the source; they are put in the order of the split when it is read, so that
 * nothing is written or read but in long pieces.
 */
import { PAGE_GRANULE, type PagedSplit, type SplitName, splitNames } from "../../core/dataset.ts";
import { RunError } from "../../core/errors.ts";
import type { PageStore, Scratch } from "../../core/platform.ts";
import type { Part } from "../rows.ts";
import type { CollectedRows } from "./collect-rows.ts";

/** A page of inputs takes about so much, on the device and on the host. */
const PAGE_BYTES = 32 * 2 ** 20;
/** Samples that walks work on side by side (passes/forward-pass.ts): whole ones make the fullest dispatches. */
const PREFERRED_GRANULE = 8 * PAGE_GRANULE;

type Inputs = Uint8Array | Float32Array;

/** The rows of one split: which of a part's rows, in the order of the split. */
export interface Placed {
  readonly rows: Pick<CollectedRows, "part" | "count" | "inputType">;
  readonly members: Uint32Array;
  /** [members]: their classes. */
  readonly labels: Uint16Array;
}

/** Where rows go, and who is told how many are there. */
export interface Paging {
  readonly scratch: Scratch;
  /** Whether the bytes of a page are to be those of floats, which its values become when it has been read. */
  readonly asFloats?: boolean;
  onRows?(rows: number, total: number): void;
}

/** @param pageBytes bytes of a page, about; another number changes no result */
export async function pagedSplits(
  placed: Readonly<Record<SplitName, Placed>>,
  features: number,
  { scratch, onRows, asFloats = false }: Paging,
  pageBytes = PAGE_BYTES,
): Promise<Record<SplitName, PagedSplit> & Disposable> {
  const floatRowBytes = features * Float32Array.BYTES_PER_ELEMENT;
  const rowBytes = placed.train.rows.inputType === "bytes" ? features : floatRowBytes;
  const pageSamples = samplesOfPage(pageBytes / (asFloats ? floatRowBytes : rowBytes));
  const layout = layoutOf(placed, pageSamples);
  const store = await scratch.openPages(layout.samples.map((samples) => samples * rowBytes));
  try {
    const parts = [...new Set(splitNames.map((name) => placed[name].rows))];
    const total = parts.reduce((sum, { count }) => sum + count, 0);
    let before = 0;
    for (const rows of parts) {
      await storeRows(rows, pagesOfRows(rows, placed, layout), store, rowBytes, (done) =>
        onRows?.(before + done, total),
      );
      before += rows.count;
    }
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
  const split = (name: SplitName) => pagedSplit(placed[name], layout.first[name], pageSamples, store, features);
  return {
    train: split("train"),
    validation: split("validation"),
    test: split("test"),
    [Symbol.dispose]: () => store[Symbol.dispose](),
  };
}

function samplesOfPage(most: number): number {
  const granule = most >= PREFERRED_GRANULE ? PREFERRED_GRANULE : PAGE_GRANULE;
  return Math.max(PAGE_GRANULE, Math.floor(most / granule) * granule);
}

/** The pages of all splits, one after the other. */
interface Layout {
  readonly pageSamples: number;
  /** First page of each split. */
  readonly first: Readonly<Record<SplitName, number>>;
  /** [pages]: samples of each. */
  readonly samples: readonly number[];
}

function layoutOf(placed: Readonly<Record<SplitName, Placed>>, pageSamples: number): Layout {
  const first = { train: 0, validation: 0, test: 0 };
  const samples: number[] = [];
  for (const name of splitNames) {
    first[name] = samples.length;
    for (let left = placed[name].members.length; left > 0; left -= pageSamples)
      samples.push(Math.min(left, pageSamples));
  }
  return { pageSamples, first, samples };
}

/** [rows of the part]: the page of each row. */
function pagesOfRows(
  rows: Placed["rows"],
  placed: Readonly<Record<SplitName, Placed>>,
  { first, pageSamples }: Layout,
): Uint32Array {
  const pages = new Uint32Array(rows.count);
  for (const name of splitNames) {
    if (placed[name].rows !== rows) continue;
    const { members } = placed[name];
    for (let place = 0; place < members.length; place++) {
      pages[members[place]!] = first[name] + Math.floor(place / pageSamples);
    }
  }
  return pages;
}

/** Reads the part's rows for the second time. @throws RunError where they are not what they were. */
async function storeRows(
  { part, count }: Placed["rows"],
  pages: Uint32Array,
  store: PageStore,
  rowBytes: number,
  onRows: (done: number) => void,
): Promise<void> {
  let row = 0;
  for await (const { inputs, labels } of part.rows()) {
    const bytes = new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength);
    if (row + labels.length > count || bytes.length !== labels.length * rowBytes) throw changed(part, count);
    for (let own = 0; own < labels.length; own++, row++) {
      store.append(pages[row]!, bytes.subarray(own * rowBytes, (own + 1) * rowBytes));
    }
    onRows(row);
  }
  if (row !== count) throw changed(part, count);
}

function changed({ where }: Part, count: number): RunError {
  return new RunError({
    what: "the data changed while they were read",
    where,
    expected: `the ${count} rows that were there at first`,
    found: "other ones",
    fix: "run again when nothing writes to the file any more",
  });
}

function pagedSplit(
  { rows, members, labels }: Placed,
  firstPage: number,
  pageSamples: number,
  store: PageStore,
  features: number,
): PagedSplit {
  const { inputType } = rows;
  const make = (samples: number): Inputs =>
    inputType === "bytes" ? new Uint8Array(samples * features) : new Float32Array(samples * features);
  let inOrder: Inputs | undefined;
  return {
    count: members.length,
    labels,
    inputType,
    pageSamples,
    async readPage(page) {
      const own = members.subarray(page * pageSamples, (page + 1) * pageSamples);
      const bytes = await store.read(firstPage + page);
      inOrder ??= make(Math.min(members.length, pageSamples));
      const inputs = inOrder.subarray(0, own.length * features);
      const target = new Uint8Array(inputs.buffer, 0, inputs.byteLength);
      const rowBytes = target.length / own.length;
      for (const [slot, place] of placesInSourceOrder(own).entries()) {
        target.set(bytes.subarray(slot * rowBytes, (slot + 1) * rowBytes), place * rowBytes);
      }
      return inputs;
    },
  };
}

/** Places 0, 1, ... of the members, sorted by which comes first in the source. */
function placesInSourceOrder(members: Uint32Array): Uint32Array {
  return Uint32Array.from(members.keys()).sort((a, b) => members[a]! - members[b]!);
}
