/** What a reader came for, first on the page: which measures are better guides than chance, a picture of it, and what is open. */
import { ANSWER_FIGURE } from "../figures/answer.ts";
import { answerDetails, howDecided, openText } from "../figures/answer-sentences.ts";
import { figureMarkup } from "./figure-sections.ts";
import { html, type Markup, prose } from "./html.ts";
import type { PageStudy } from "./page-study.ts";
import { forEachStudy, type Section } from "./section.ts";

function answer({ analysis: { answers }, figures }: PageStudy): Markup | undefined {
  const shown = figures.find(({ figure }) => figure.id === ANSWER_FIGURE);
  if (answers === undefined || shown === undefined) return undefined;
  const open = openText(answers);
  const details = answerDetails(answers).map((text) => html`<li>${text}</li>`);
  return html`<p class="answer">${shown.figure.reading}</p>
${details.length === 0 ? undefined : html`<ul>${details}</ul>`}
<p>${howDecided(answers)}</p>
${open === undefined ? undefined : html`<p>${prose(open)}</p>`}
${figureMarkup(shown)}`;
}

/** Absent where no study has curves to set beside random ones. */
export function answerSection(studies: readonly PageStudy[]): Section | undefined {
  const content = forEachStudy(
    studies.map((study) => ({ label: study.analysis.label, study })),
    ({ study }) => answer(study),
  );
  return content && { id: ANSWER_FIGURE, title: "The answer", short: "Answer", content };
}
