/** Points or commas in the numbers of one table: where semicolons part values, commas may be decimal; not both in one table. */

import { damagedData } from "../rows.ts";
import { decimalOf, isDecimal } from "./plain-csv.ts";

const COMMA = /^\s*[+-]?(?:\d+,\d*|,\d+)(?:e[+-]?\d+)?\s*$/i;
const POINT = /^\s*[+-]?(?:\d+\.\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

export class DecimalMark {
  readonly #file: string;
  /** Whether commas may be decimal. */
  readonly #isOpen: boolean;
  #seen: "." | "," | undefined;

  constructor(delimiter: string, file: string) {
    this.#isOpen = delimiter === ";";
    this.#file = file;
  }

  /** Whether no number of some text without quotes has a comma, so that it can be read the short way. */
  arePoints(text: string): boolean {
    if (!this.#isOpen) return true;
    if (this.#seen === "," || text.includes(",")) return false;
    if (text.includes(".")) this.#seen ??= ".";
    return true;
  }

  /** @throws RunError where it is no number, or its mark is not that of the others */
  value(text: string, line: number, column: string): number {
    if (this.#isOpen && COMMA.test(text)) {
      this.#saw(",", text, line, column);
      return this.#finite(text.replace(",", "."), text, line, column);
    }
    if (this.#isOpen && POINT.test(text)) this.#saw(".", text, line, column);
    return this.#finite(text, text, line, column);
  }

  #saw(mark: "." | ",", text: string, line: number, column: string): void {
    this.#seen ??= mark;
    if (this.#seen === mark) return;
    const found = `${JSON.stringify(text.slice(0, 40))}, where others have ${this.#seen === "," ? "commas" : "points"}`;
    const where = `${this.#file}, line ${line}, column ${column}`;
    throw damagedData(where, "decimal points and commas are mixed", "one of them", found, "write all with points");
  }

  #finite(decimal: string, text: string, line: number, column: string): number {
    const value = decimalOf(decimal);
    if (!Number.isNaN(value)) return value;
    const found = text.trim() === "" ? "nothing" : JSON.stringify(text.slice(0, 40));
    const where = `${this.#file}, line ${line}, column ${column}`;
    throw damagedData(where, "this is no number", "a finite number", found, this.#advice(text, line, column));
  }

  #advice(text: string, line: number, column: string): string {
    if (isDecimal(text.replaceAll(",", ""))) {
      return 'write numbers with a point, and without commas between thousands (pandas: decimal=",", thousands=",")';
    }
    if (line === 1) return "omit --no-header where the first line holds names";
    return `leave the column out with --drop ${/[\s,]/.test(column) ? JSON.stringify(column) : column}, turn its values into numbers, or take such lines out`;
  }
}
