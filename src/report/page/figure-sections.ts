/** Figures: heading, reading, picture, caption, and the values as a table. */
import { ANSWER_FIGURE } from "../figures/answer.ts";
import { dataTable, scrollBox } from "./data-table.ts";
import { html, jsonElement, type Markup, svgMarkup } from "./html.ts";
import { specificationAttribute } from "./live-picture.ts";
import type { PageFigure, PageStudy } from "./page-study.ts";
import { forEachStudy, type Section } from "./section.ts";

/** The anchor of a figure's section is the figure's id. */
export const figureAnchor = (id: string): string => id;

/** `figure-1` is called figure 1; the one of the answer has no number. */
function figureName(id: string): string {
  return id === ANSWER_FIGURE ? "the answer" : id.replace("-", " ");
}

function picture({ key, figure, svg, vega }: PageFigure): Markup {
  const specification = `${key}-specification`;
  const image = html`<div class="picture" role="img" aria-label="${figure.alternative}">
<div aria-hidden="true" ${specificationAttribute}="${specification}">${svgMarkup(svg)}</div></div>`;
  return html`${scrollBox(`Picture of ${figureName(figure.id)}`, image)}${jsonElement(specification, vega)}`;
}

const capitalised = (name: string) => name.replace("figure", "Figure");

/** Picture, caption and values. */
export function figureMarkup(shown: PageFigure): Markup {
  const { id, caption, table } = shown.figure;
  const name = `Values of ${figureName(id)}`;
  return html`<figure>
${picture(shown)}
<figcaption>${caption}</figcaption>
</figure>
<details class="values"><summary>${name} as a table</summary>
${dataTable({ caption: name, columns: table.columns, rows: table.rows })}
</details>
`;
}

/** One section a numbered figure, in the order of their ids; each holds the figure of every study. */
export function figureSections(studies: readonly PageStudy[]): Section[] {
  const titles = new Map(
    studies
      .flatMap(({ figures }) => figures.map(({ figure }) => [figure.id, figure.title] as const))
      .filter(([id]) => id !== ANSWER_FIGURE)
      .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })),
  );
  return [...titles].map(([id, title]) => ({
    id: figureAnchor(id),
    title: `${capitalised(figureName(id))}. ${title}`,
    short: capitalised(figureName(id)),
    content: forEachStudy(
      studies.map(({ analysis, figures }) => ({ label: analysis.label, figures })),
      ({ figures }) => {
        const own = figures.find(({ figure }) => figure.id === id);
        return (
          own &&
          html`<p class="reading">${own.figure.reading}</p>
${figureMarkup(own)}`
        );
      },
    )!,
  }));
}
