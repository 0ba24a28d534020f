/** The parts of one study in a store: read and written as what they hold, under the names that the study gives them. */
import type { RemovalOrder } from "../core/ablation.ts";
import { RunError } from "../core/errors.ts";
import type { TrainedNetwork } from "../core/network.ts";
import type { PartStore } from "../core/part-store.ts";
import type { RecordedConfig } from "../core/study.ts";
import { decodePlain, encodePlain } from "../formats/plain-bytes.ts";
import type { Job, Slice } from "./jobs.ts";
import {
  contentName,
  lastPartsOf,
  type PartKind,
  type PartOrigin,
  type PartPlace,
  partName,
  placeText,
} from "./part-names.ts";
import type { MeasuredTable, PartValues } from "./part-values.ts";
import { sealed, unsealed } from "./sealed-part.ts";
import { ordersOf } from "./table-orders.ts";

/** What a study is given instead of computing it. */
export interface GivenParts {
  /** Networks that were not trained here. */
  readonly networks?: readonly TrainedNetwork[];
  /** Tables that were not measured here, of such networks. */
  readonly tables?: readonly MeasuredTable[];
  /** Orders of removal that do not come from the tables here. */
  readonly orders?: readonly RemovalOrder[];
}

interface StudyPartsOptions extends GivenParts {
  readonly store: PartStore;
  readonly config: RecordedConfig;
  readonly origin: PartOrigin;
  /** [repeats]: names of the parts of networks that were not trained here, where the networks are in the store. */
  readonly networkNames?: readonly string[];
  /** Told once of a part that is there, but damaged, however many look at it; it counts as missing. */
  onDamaged?(part: string, found: string): void;
}

/** Which parts each is made from. */
const madeFrom: Readonly<Record<PartKind, readonly PartKind[]>> = {
  network: [],
  counts: ["network"],
  table: ["network", "counts"],
  pairs: ["network"],
  groups: ["network", "table"],
  removals: ["network", "table"],
  "pair-removals": ["network", "table"],
  checkpoint: [],
};

export class StudyParts {
  readonly config: RecordedConfig;
  readonly #store: PartStore;
  readonly #options: StudyPartsOptions;
  readonly #names = new Map<string, Promise<string>>();
  readonly #given: ReadonlyMap<string, unknown>;
  /** Names of damaged parts that were told, until they are written again. */
  readonly #told = new Set<string>();

  constructor(options: StudyPartsOptions) {
    this.config = options.config;
    this.#store = options.store;
    this.#options = options;
    const { networks = [], tables = [] } = options;
    this.#given = new Map<string, unknown>([
      ...networks.map((one) => [placeText({ kind: "network", repeat: one.repeat }), one] as const),
      ...tables.map((one) => [placeText({ kind: "table", repeat: one.accuracies.repeat }), one] as const),
    ]);
  }

  /** The part's name in the store, whether it is there or not. */
  nameOf(kind: PartKind, repeat: number, slice?: Slice): Promise<string> {
    const place: PartPlace = { kind, repeat, ...(slice && { slice }) };
    const text = placeText(place);
    const name = this.#names.get(text) ?? this.#named(place);
    this.#names.set(text, name);
    return name;
  }

  async #named(place: PartPlace): Promise<string> {
    const { networkNames } = this.#options;
    if (place.kind === "network" && networkNames !== undefined) return networkNames[place.repeat]!;
    const given = this.#given.get(placeText(place));
    if (given !== undefined) return contentName(place, given);
    const before = await Promise.all(madeFrom[place.kind].map((kind) => this.nameOf(kind, place.repeat)));
    if (place.kind === "removals" && this.#options.orders) before.push(await this.#ordersName(place.repeat));
    return partName(place, this.config, this.#options.origin, before);
  }

  async #ordersName(repeat: number): Promise<string> {
    return contentName({ kind: "removals", repeat }, await this.orders(repeat));
  }

  /** The orders in which neurons of a repeat are removed: they need no part, the table of its neurons gives them. */
  async orders(repeat: number): Promise<readonly RemovalOrder[]> {
    const given = this.#options.orders?.filter((order) => order.repeat === repeat);
    return given ?? ordersOf((await this.read("table", repeat)).table, this.config);
  }

  /** Whether it is there and whole. */
  async has(kind: PartKind, repeat: number, slice?: Slice): Promise<boolean> {
    return this.#isGiven(kind, repeat) || (await this.#content(kind, repeat, slice)) !== undefined;
  }

  /** Whether all parts are there and whole that say that a job is done. */
  async isDone({ stage, repeat, slice }: Job): Promise<boolean> {
    for (const kind of lastPartsOf(stage, this.config)) if (!(await this.has(kind, repeat, slice))) return false;
    return true;
  }

  /** Undefined where it is not there, or damaged. */
  async find<K extends PartKind>(kind: K, repeat: number, slice?: Slice): Promise<PartValues[K] | undefined> {
    if (this.#isGiven(kind, repeat)) return this.#given.get(placeText({ kind, repeat })) as PartValues[K];
    const content = await this.#content(kind, repeat, slice);
    return content && (decodePlain(content) as PartValues[K]);
  }

  #isGiven(kind: PartKind, repeat: number): boolean {
    return this.#given.has(placeText({ kind, repeat }));
  }

  async #content(kind: PartKind, repeat: number, slice: Slice | undefined): Promise<Uint8Array | undefined> {
    const name = await this.nameOf(kind, repeat, slice);
    const bytes = await this.#store.read(name);
    if (bytes === undefined) return undefined;
    const content = await unsealed(name, bytes);
    if (content instanceof Uint8Array) return content;
    if (!this.#told.has(name)) this.#options.onDamaged?.(name, content.found);
    this.#told.add(name);
    return undefined;
  }

  /** @throws RunError where it is not there any more, or damaged meanwhile */
  async read<K extends PartKind>(kind: K, repeat: number, slice?: Slice): Promise<PartValues[K]> {
    const value = await this.find(kind, repeat, slice);
    if (value !== undefined) return value;
    throw new RunError({
      what: "a part of the study is not there any more",
      where: this.#store.label,
      expected: await this.nameOf(kind, repeat, slice),
      found: "nothing, or damage",
      fix: "let nobody else change that folder, and start the command again",
    });
  }

  async write<K extends PartKind>(kind: K, repeat: number, value: PartValues[K], slice?: Slice): Promise<void> {
    const name = await this.nameOf(kind, repeat, slice);
    await this.#store.write(name, await sealed(name, encodePlain(value)));
    this.#told.delete(name);
  }

  /** Whether it is there or not. */
  async remove(kind: PartKind, repeat: number): Promise<void> {
    await this.#store.remove(await this.nameOf(kind, repeat));
  }
}
