/** The page on which two cells of a grid are chosen and stand side by side: options, findings, and the pictures of their reports. */
import { gridNames, type PageAssets } from "../../core/platform.ts";
import { framedPage } from "../page/frame.ts";
import { html, jsonElement, type Markup } from "../page/html.ts";
import { comparisonIds } from "./compared-cells.ts";
import { comparisonOf } from "./comparison.ts";
import type { GridRow } from "./grid-row.ts";

function choice(id: string, label: string, labels: readonly string[]): Markup {
  const options = labels.map((text, index) => html`<option value="${index}">${text}</option>`);
  return html`<p class="choice"><label for="${id}">${label}</label> <select id="${id}">${options}</select></p>`;
}

/** Text of compare.html. */
export async function comparisonPage(rows: readonly GridRow[], assets: PageAssets): Promise<string> {
  const comparison = comparisonOf(rows);
  const labels = comparison.cells.map(({ label }) => label);
  const title = "Neuron importance: two cells side by side";
  const { data, first, second, table, figures } = comparisonIds;
  const chosen =
    labels.length < 2
      ? html`<p class="warning">Fewer than two cells are done: there is nothing to compare yet.</p>`
      : html`<div class="choices">${choice(first, "First cell", labels)}${choice(second, "Second cell", labels)}</div>
<p>Lines in bold differ. The address of this page holds the choice.</p>
<noscript><p class="warning">This page needs its script: <a href="${gridNames.report}">the report</a> has the same numbers as tables.</p></noscript>
<div id="${table}"></div>
<section aria-labelledby="figures-title"><h2 id="figures-title">Pictures</h2>
<div id="${figures}"></div></section>`;
  const body = html`<header><h1>${title}</h1>
<p class="run"><a href="${gridNames.report}">Report of all cells</a></p></header>
<main>
${chosen}
${jsonElement(data, comparison)}</main>`;
  return framedPage({ title, body, assets, hasPictures: true });
}
