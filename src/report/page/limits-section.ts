/** What the report lacks, and what is to be read with care. */
import type { StudyAnalysis } from "../analysis/analysis.ts";
import { html, type Markup, prose } from "./html.ts";
import { forEachStudy, type Section } from "./section.ts";

function limits({ missing, cautions }: StudyAnalysis): Markup | undefined {
  if (missing.length === 0 && cautions.length === 0) return undefined;
  const parts = missing.map(
    ({ file, reason, cost }) => html`<li><strong>${file}</strong>: ${reason}. Left out: ${cost}.</li>
`,
  );
  const notes = cautions.map(
    (caution) => html`<li>${prose(caution)}</li>
`,
  );
  return html`<ul class="limits">${parts}${notes}</ul>`;
}

export function limitsSection(analyses: readonly StudyAnalysis[]): Section | undefined {
  const content = forEachStudy(analyses, limits);
  return (
    content && { id: "limits", title: "What is missing, and what to read with care", short: "Read with care", content }
  );
}
