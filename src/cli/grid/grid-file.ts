/**
 * Reads a grid file: YAML, or JSON, which YAML takes as well. An option has a value, or a list of values of which each makes cells
 * of its own; below `zip` options stand together whose lists move together. Each value is checked as `run` checks it, and refused
 * with its place in the file.
 */
import { csvFormatRow } from "d3-dsv";
import type { Alias, Document, LineCounter, Node, Pair, ParsedNode, YAMLMap } from "yaml";
import { UsageError } from "../../core/errors.ts";
import { nearestName } from "../../core/nearest-name.ts";
import { shownValue } from "../../core/shown-value.ts";
import type { Axis, CellValue } from "./axes.ts";
import { cellOptions, isSwitch, parsedValue, whyUnfit } from "./cell-options.ts";

const ZIP = "zip";

type Yaml = typeof import("yaml");

/** What is wrong at a place of the file. */
interface Complaint {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly fix: string;
}

/** The file while it is read. */
class GridFile {
  readonly #name: string;
  readonly #yaml: Yaml;
  readonly #lines: LineCounter;
  readonly #parsed: Document.Parsed;

  constructor(name: string, text: string, yaml: Yaml) {
    this.#name = name;
    this.#yaml = yaml;
    this.#lines = new yaml.LineCounter();
    this.#parsed = yaml.parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, intAsBigInt: true });
    const [fault] = [...this.#parsed.errors, ...this.#parsed.warnings];
    if (fault === undefined) return;
    const fix = "mend that line; texts with : or # in them stand in quotes";
    this.#refuse(this.#at(fault.pos[0]), {
      what: "the grid file is neither YAML nor JSON",
      expected: "options with values, such as `activation: [sigmoid, relu]`",
      found: fault.message,
      fix,
    });
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `line ${line}, column ${col}`;
  }

  /** Where a node stands. */
  place(node: Node | null | undefined): string {
    return this.#at(node?.range?.[0] ?? 0);
  }

  #refuse(place: string, { what, ...more }: Complaint): never {
    throw new UsageError({ what, where: `${this.#name}, ${place}`, ...more });
  }

  refuse(node: Node | null | undefined, complaint: Complaint): never {
    return this.#refuse(this.place(node), complaint);
  }

  /** What an alias stands for. */
  #resolved(node: unknown): Node | null {
    if (!this.#yaml.isAlias(node)) return node as Node | null;
    return (node as Alias).resolve(this.#parsed) ?? null;
  }

  /** For messages. */
  shown(node: Node | null): string {
    if (node === null || (this.#yaml.isScalar(node) && node.value === null)) return "nothing";
    if (this.#yaml.isScalar(node)) return typeof node.value === "bigint" ? `${node.value}` : shownValue(node.value);
    return this.#yaml.isSeq(node) ? `a list of ${node.items.length}` : "a mapping";
  }

  /** [entries]: names with what they hold. @throws UsageError where it is not a mapping with names */
  #entries(
    node: Node | null,
    complaint: Complaint,
  ): { readonly key: ParsedNode; readonly name: string; node: Node | null }[] {
    if (!this.#yaml.isMap(node)) this.refuse(node, { ...complaint, found: this.shown(node) });
    return (node as YAMLMap).items.map(({ key, value }: Pair) => {
      const name = this.#yaml.isScalar(key) ? String(key.value) : "";
      return { key: key as ParsedNode, name, node: this.#resolved(value) };
    });
  }

  /** The values of an option: one, or those of a list. @throws UsageError */
  #values(name: string, node: Node | null): { readonly node: Node | null; readonly value: CellValue }[] {
    if (!this.#yaml.isSeq(node)) return [{ node, value: this.#value(name, node) }];
    if (node.items.length === 0) {
      this.refuse(node, {
        what: `${name} has no values`,
        expected: "a value, or a list of one or more",
        found: "an empty list",
        fix: `give ${name} a value, or leave it out`,
      });
    }
    return node.items.map((item) => {
      const own = this.#resolved(item);
      return { node: own, value: this.#value(name, own) };
    });
  }

  /** A value of an option, as `run` would take it. @throws UsageError */
  #value(name: string, node: Node | null): CellValue {
    const option = cellOptions.get(name)!;
    const place = this.place(node);
    const refuse = (expected: string, meant?: string): never =>
      this.refuse(node, {
        what: `${name} is invalid`,
        expected,
        found: this.shown(node),
        fix: meant === undefined ? `give ${name} as --${name} of run takes it` : `did you mean ${meant}?`,
      });
    if (isSwitch(option)) {
      const isOn = this.#yaml.isScalar(node) ? node.value : undefined;
      if (typeof isOn !== "boolean") return refuse("true or false");
      return { text: String(isOn), value: isOn ? true : undefined, place };
    }
    const text = this.#text(node);
    if (text === undefined) return refuse("a text, a number, or a list of them within the list of values");
    const taken = parsedValue(option, text);
    return "value" in taken ? { text, value: taken.value, place } : refuse(taken.allowed, taken.meant);
  }

  /** As a word of the command line; a list within the list of values as words with commas. */
  #text(node: Node | null): string | undefined {
    if (this.#yaml.isScalar(node)) {
      return ["string", "number", "bigint"].includes(typeof node.value) ? String(node.value) : undefined;
    }
    if (!this.#yaml.isSeq(node)) return undefined;
    const parts = node.items.map((item) => {
      const own = this.#resolved(item);
      return this.#yaml.isScalar(own) ? this.#text(own) : undefined;
    });
    return parts.includes(undefined) ? undefined : csvFormatRow(parts as string[]);
  }

  /** @throws UsageError where there is no such option, or it is not for a cell */
  #requireOption(name: string, key: Node, isZipped: boolean): void {
    if (cellOptions.has(name)) return;
    const reason = whyUnfit(name);
    const names = [...cellOptions.keys(), ...(isZipped ? [] : [ZIP])];
    const near = nearestName(name, names);
    this.refuse(key, {
      what: reason === undefined ? "there is no such option" : `${name} is not for a cell`,
      expected: reason === undefined ? names.join(", ") : "options of run that make a study what it is",
      found: shownValue(name),
      fix: reason === undefined ? (near === undefined ? "leave it out" : `did you mean ${near}?`) : `${name} ${reason}`,
    });
  }

  /** @throws UsageError where the places of an axis are not all different */
  #requireDifferent({ options, places }: Axis, nodes: readonly (Node | null)[]): void {
    const seen = new Map<string, number>();
    for (const [index, place] of places.entries()) {
      const key = JSON.stringify(place.map(({ value }) => value ?? null));
      const before = seen.get(key);
      seen.set(key, index);
      if (before === undefined) continue;
      const names = options.join(" with ");
      this.refuse(nodes[index], {
        what: `two cells are the same: ${names} has one value twice`,
        expected: "values that are all different",
        found: `${place.map(({ text }) => text).join(" with ")}, also in ${places[before]![0]!.place}`,
        fix: 'leave one of them out; an option that is a list by itself stands in quotes (hidden: "100,100") or in a list of its own (hidden: [[100, 100]])',
      });
    }
  }

  #axis(name: string, node: Node | null): Axis {
    const all = this.#values(name, node);
    const axis = { options: [name], places: all.map(({ value }) => [value]) };
    this.#requireDifferent(
      axis,
      all.map((one) => one.node),
    );
    return axis;
  }

  /** Options whose lists move together. @throws UsageError where they are not equally long */
  #zipped(node: Node | null, claim: (name: string, key: Node) => void): Axis {
    const expected = "a mapping of options to lists of equal length, such as {hidden: [50, 100], epochs: [12, 20]}";
    const fix = "write the options that move together as one item below zip";
    const entries = this.#entries(node, { what: "zip is invalid", expected, found: "", fix });
    const columns = entries.map(({ key, name, node: list }) => {
      this.#requireOption(name, key, true);
      claim(name, key);
      return { name, key, list: this.#values(name, list) };
    });
    const [first, ...others] = columns;
    if (first === undefined) this.refuse(node, { what: "zip is invalid", expected, found: "no option", fix });
    const odd = others.find(({ list }) => list.length !== first!.list.length);
    if (odd !== undefined) {
      this.refuse(odd.key, {
        what: "lists that move together are not equally long",
        expected: `${first!.list.length} values of ${odd.name}, as of ${first!.name}`,
        found: `${odd.list.length}`,
        fix: "give each of them as many values, or take the option out of zip: then each is combined with each",
      });
    }
    const places = first!.list.map((_, index) => columns.map(({ list }) => list[index]!.value));
    const axis = { options: columns.map(({ name }) => name), places };
    this.#requireDifferent(
      axis,
      first!.list.map((one) => one.node),
    );
    return axis;
  }

  /** In the order of the file. @throws UsageError */
  axes(): Axis[] {
    const claimed = new Map<string, string>();
    const claim = (name: string, key: Node): void => {
      const before = claimed.get(name);
      claimed.set(name, this.place(key));
      if (before === undefined) return;
      this.refuse(key, {
        what: `${name} is given twice`,
        expected: "each option once, alone or within zip",
        found: `another one in ${before}`,
        fix: "leave one of them out",
      });
    };
    const top = this.#entries(this.#parsed.contents, {
      what: "the grid file is not a list of options",
      expected: "options with values, such as `activation: [sigmoid, relu]`",
      found: "",
      fix: "write one option of run on each line, with a value or a list of values",
    });
    return top.flatMap(({ key, name, node }) => {
      if (name !== ZIP) {
        this.#requireOption(name, key, false);
        claim(name, key);
        return [this.#axis(name, node)];
      }
      const groups = this.#yaml.isSeq(node) ? node.items.map((item) => this.#resolved(item)) : [node];
      if (groups.length === 0) this.#zipped(node, claim); // Which refuses a list.
      return groups.map((group) => this.#zipped(group, claim));
    });
  }
}

/**
 * @param name of the file, for messages
 * @throws UsageError that says file, line and column, what is expected and what was found
 */
export async function readAxes(name: string, text: string): Promise<Axis[]> {
  // Only a grid needs it.
  const yaml = await import("yaml");
  return new GridFile(name, text, yaml).axes();
}
