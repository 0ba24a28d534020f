/** HTML as tagged templates in which everything is escaped that is not itself such a template. */

import { plainLine, plainText } from "../../core/plain-text.ts";

/** Text that is HTML already. Only this file makes it, so text from files cannot become markup by accident. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; `undefined` leaves nothing. */
export type Insert = string | number | Markup | undefined | readonly Insert[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for elements and for quoted attributes. */
function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

/** No paragraph of ours is longer; names from files make text long. */
const LONGEST_TEXT = 10_000;

const shown = (text: string) => plainText(text.length > LONGEST_TEXT ? plainLine(text, LONGEST_TEXT) : text);

function insertText(insert: Insert): string {
  if (insert === undefined) return "";
  if (insert instanceof Markup) return insert.text;
  if (typeof insert === "object") return insert.map(insertText).join("");
  return escapeHtml(shown(String(insert)));
}

/** Markup with the inserts escaped; lists stand one after another. Attributes in it must be quoted. */
export function html(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + insertText(inserts[index - 1]) + part));
}

/** A sentence in which options of the command line are set as code, which does not break behind their dashes. */
export function prose(sentence: string): Markup {
  const parts = sentence.split(/(?<![\w-])(--[a-z][a-z-]*)/);
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

/** A style or a script with the given text, which HTML takes literally up to the end tag. */
export function rawElement(name: "style" | "script", text: string): Markup {
  if (text.toLowerCase().includes(`</${name}`)) throw new Error(`the text of a ${name} element holds its end tag`);
  return new Markup(`<${name}>${text}</${name}>`);
}

/** Data for the script, in an element that browsers neither show nor run. */
export function jsonElement(id: string, value: unknown): Markup {
  const json = plainText(JSON.stringify(value)).replaceAll("<", "\\u003c"); // so that no text can end the element
  return new Markup(`<script type="application/json" id="${escapeHtml(id)}">${json}</script>`);
}

/** SVG that a renderer of ours wrote; its text is escaped by that renderer. */
export function svgMarkup(svg: string): Markup {
  return new Markup(svg.slice(svg.indexOf("<svg")));
}
