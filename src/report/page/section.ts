/** What the page is made of: sections that can be linked to, in which several studies stand one after another. */
import type { StudyAnalysis } from "../analysis/analysis.ts";
import { html, type Markup } from "./html.ts";

export interface Section {
  /** Anchor. */
  readonly id: string;
  readonly title: string;
  /** The title where contents are one line; the whole one where it is absent. */
  readonly short?: string;
  readonly content: Markup;
}

/** Something for each study, under the study's name where there are several; undefined where no study has it. */
export function forEachStudy<T extends { readonly label: string }>(
  studies: readonly T[],
  content: (study: T) => Markup | undefined,
): Markup | undefined {
  const parts = studies.map((study) => ({ label: study.label, part: content(study) }));
  if (parts.every(({ part }) => part === undefined)) return undefined;
  if (parts.length === 1) return parts[0]!.part;
  return html`${parts.map(
    ({ label, part }) => html`<div class="study"><h3>${label}</h3>
${part ?? html`<p>Not among these results.</p>`}</div>
`,
  )}`;
}

/** One network's widths, for example `784-100-100-10`. */
export function architectureText({ study }: StudyAnalysis): string | undefined {
  return study && [study.dataset.features, ...study.config.hidden, study.dataset.classes].join("-");
}

/** Links to the sections. */
export function contents(sections: readonly Section[]): Markup {
  const entry = ({
    id,
    title,
    short = title,
  }: Section) => html`<li><a href="#${id}"><span class="long">${title}</span><span class="short">${short}</span></a></li>
`;
  return html`<nav aria-label="Contents"><ol>${sections.map(entry)}</ol></nav>`;
}

export function sectionMarkup({ id, title, content }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title} <a class="anchor" href="#${id}" aria-label="Link to: ${title}">#</a></h2>
${content}
</section>
`;
}
