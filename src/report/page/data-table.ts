/** Tables of the page: a box that scrolls where a phone is too narrow for them, and can be reached by keyboard. */

import { html, type Insert, type Markup } from "./html.ts";
import { scrollBoxClass } from "./live-picture.ts";

/** What scrolls sideways in its own box, so that the page does not. */
export function scrollBox(label: string, content: Insert): Markup {
  return html`<div class="${scrollBoxClass}" role="group" tabindex="0" aria-label="${label}">${content}</div>`;
}

interface DataTable {
  /** What the table holds; shown above it. */
  readonly caption: string;
  readonly columns: readonly string[];
  /** [rows][columns]; the first cell is the row's heading. */
  readonly rows: readonly (readonly (string | Markup)[])[];
}

/** Begins like a number, or stands for one that is not known. */
const NUMBER = /^[+\u2212-]?[<\d\u2013\u221e]/;

/** Columns of numbers are aligned at their right ends, headings included. */
function isNumeric(rows: DataTable["rows"], column: number): boolean {
  return rows.every((row) => {
    const cell = row[column];
    return typeof cell === "string" && (cell === "" || NUMBER.test(cell));
  });
}

/** Cells of more characters may break, so that the columns behind them stay in sight. */
const LONG = 32;

const isLong = (rows: DataTable["rows"], column: number) =>
  rows.some((row) => typeof row[column] === "string" && row[column].length > LONG);

export function dataTable({ caption, columns, rows }: DataTable): Markup {
  const styles = columns.map((_, column) => {
    if (column > 0 && isNumeric(rows, column)) return html` class="number"`;
    return isLong(rows, column) ? html` class="long-text"` : undefined;
  });
  const style = (column: number) => styles[column];
  const head = columns.map((title, column) => html`<th scope="col"${style(column)}>${title}</th>`);
  const body = rows.map(([heading, ...cells]) => {
    const data = cells.map((value, index) => html`<td${style(index + 1)}>${value}</td>`);
    return html`<tr><th scope="row">${heading}</th>${data}</tr>
`;
  });
  const table = html`<table><caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>${body}</tbody></table>`;
  return scrollBox(caption, table);
}
