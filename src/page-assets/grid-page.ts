/** The script of the pages of a grid: tables that can be sorted, and two cells side by side. Texts are set as text, never as markup. */
import { figureAddress, reportAddress } from "../report/grid/addresses.ts";
import { type Comparison, comparisonIds } from "../report/grid/compared-cells.ts";

/** What stands for nothing in tables; sorted last. */
const UNKNOWN = "\u2013";

/** The number at the beginning of a text; undefined where it begins with none. */
function numberIn(text: string): number | undefined {
  const [number] = /^[+-]?\d[\d.,]*(?:e[+-]?\d+)?/i.exec(text.replace("\u2212", "-")) ?? [];
  return number === undefined ? undefined : Number.parseFloat(number.replaceAll(",", ""));
}

function compared(a: string, b: string): number {
  const [one, other] = [numberIn(a), numberIn(b)];
  return one !== undefined && other !== undefined && one !== other ? one - other : a.localeCompare(b, "en");
}

/** Sorts the rows of a table by a column; what is unknown stays at the end. */
function sort(table: HTMLTableElement, column: number, descending: boolean): void {
  const body = table.tBodies[0]!;
  const text = (row: HTMLTableRowElement) => row.cells[column]?.textContent ?? "";
  const rows = [...body.rows].sort((a, b) => {
    const [one, other] = [text(a), text(b)];
    if (one === UNKNOWN || other === UNKNOWN) return Number(one === UNKNOWN) - Number(other === UNKNOWN);
    return descending ? compared(other, one) : compared(one, other);
  });
  body.replaceChildren(...rows);
}

function makeSortable(table: HTMLTableElement): void {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
  for (const [column, head] of heads.entries()) {
    const title = head.textContent ?? "";
    if (title === "") continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", () => {
      const descending = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      sort(table, column, descending);
    });
    head.replaceChildren(button);
  }
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, text = "", className = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}

/** The head of a cell's column, which leads to its report. */
function heading(cell: Cell): HTMLElement {
  const head = element("th");
  head.scope = "col";
  const link = element("a", cell.label);
  link.href = reportAddress(cell.name);
  head.append(link);
  return head;
}

/** Lines of both cells; the groups have headings. */
function comparisonTable({ lines, cells }: Comparison, a: number, b: number): HTMLElement {
  const table = element("table", "", "comparison");
  const head = table.createTHead().insertRow();
  head.append(element("td"), heading(cells[a]!), heading(cells[b]!));
  const body = table.createTBody();
  for (const [index, { group, title }] of lines.entries()) {
    const texts = [cells[a]!.texts[index]!, cells[b]!.texts[index]!];
    if (texts.every((text) => text === "")) continue;
    if (body.lastElementChild?.getAttribute("data-group") !== group) {
      const row = body.insertRow();
      const name = element("th", group);
      name.colSpan = 3;
      name.scope = "colgroup";
      row.append(name);
      row.className = "group";
    }
    const row = body.insertRow();
    row.dataset["group"] = group;
    if (texts[0] !== texts[1]) row.className = "differs";
    const name = element("th", title);
    name.scope = "row";
    row.append(name, ...texts.map((text) => element("td", text === "" ? UNKNOWN : text)));
  }
  return table;
}

type Cell = Comparison["cells"][number];

/** A picture of a cell's report, or that there is none. */
function picture({ label, name, figures }: Cell, figure: string): HTMLElement {
  const shown = element("figure");
  const title = `${figure.replace("-", " ")}, cell ${label}`;
  if (!figures.includes(figure)) {
    shown.append(element("figcaption", `${title}: not in its report`));
    return shown;
  }
  const image = element("img");
  image.alt = title;
  image.loading = "lazy";
  image.src = figureAddress(name, figure);
  shown.append(element("figcaption", title), image);
  return shown;
}

/** Pictures of two cells in pairs, those that either has. */
function picturePairs(cells: readonly Cell[]): HTMLElement[] {
  const figures = [...new Set(cells.flatMap((cell) => cell.figures))].sort();
  if (figures.length === 0) return [element("p", "Neither cell has a report with pictures.")];
  return figures.map((figure) => {
    const pair = element("div", "", "pair");
    pair.append(...cells.map((cell) => picture(cell, figure)));
    return pair;
  });
}

/** The number of the cell that the address names; undefined where it names none that is here. */
function namedCell({ cells }: Comparison, parameter: "a" | "b"): number | undefined {
  const name = new URLSearchParams(location.hash.slice(1).replaceAll("+", "%2B")).get(parameter);
  const index = cells.findIndex((cell) => cell.name === name);
  return index === -1 ? undefined : index;
}

function compare(comparison: Comparison, first: HTMLSelectElement, second: HTMLSelectElement): void {
  const [table, figures] = [comparisonIds.table, comparisonIds.figures].map((id) => document.getElementById(id)!);
  const show = () => {
    const chosen = [Number(first.value), Number(second.value)];
    table!.replaceChildren(comparisonTable(comparison, chosen[0]!, chosen[1]!));
    figures!.replaceChildren(...picturePairs(chosen.map((index) => comparison.cells[index]!)));
  };
  const read = () => {
    const a = namedCell(comparison, "a") ?? 0;
    first.value = String(a);
    second.value = String(namedCell(comparison, "b") ?? (a === 0 ? 1 : 0));
    show();
  };
  const choose = () => {
    const [a, b] = [first, second].map(({ value }) => encodeURIComponent(comparison.cells[Number(value)]!.name));
    location.hash = `a=${a}&b=${b}`; // Which has it shown.
  };
  for (const list of [first, second]) list.addEventListener("change", choose);
  window.addEventListener("hashchange", read);
  read();
}

for (const table of document.querySelectorAll("table")) makeSortable(table);
const data = document.getElementById(comparisonIds.data);
const lists = [comparisonIds.first, comparisonIds.second].map((id) => document.getElementById(id));
if (data !== null && lists[0] instanceof HTMLSelectElement && lists[1] instanceof HTMLSelectElement) {
  compare(JSON.parse(data.textContent!), lists[0], lists[1]);
}
