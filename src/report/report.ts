/** All files of a report, from result files as read: the page, its figures one by one, and tables for other programs. */
import { type PageAssets, type ResultFile, resultNames } from "../core/platform.ts";
import { analyseAll } from "./analysis/analyse.ts";
import type { StudyAnalysis, StudyFiles } from "./analysis/analysis.ts";
import type { Figure } from "./figures/figure.ts";
import { figuresOf } from "./figures/figures.ts";
import { compiledSpec, type ExpressionInterpreter, renderInlineSvg, renderSvg, specText } from "./figures/render.ts";
import { claimsFileText } from "./files/claims-file.ts";
import { summaryCsv } from "./files/summary-file.ts";
import { reportPage } from "./page/page.ts";
import type { PageStudy } from "./page/page-study.ts";

/** A study's figures, each under an id that is its own among all studies: names of files, and of elements in the page. */
interface StudyFigures {
  readonly analysis: StudyAnalysis;
  readonly figures: readonly { readonly key: string; readonly figure: Figure }[];
}

function studyFigures(studies: readonly StudyFiles[]): StudyFigures[] {
  const analyses = analyseAll(studies);
  return studies.map((files, index) => {
    const prefix = studies.length === 1 ? "" : `study-${index + 1}-`;
    const analysis = analyses[index]!;
    return { analysis, figures: figuresOf(analysis, files).map((figure) => ({ key: prefix + figure.id, figure })) };
  });
}

async function pageStudy(
  { analysis, figures }: StudyFigures,
  interpreter: ExpressionInterpreter | undefined,
): Promise<PageStudy> {
  const shown = [];
  for (const { key, figure } of figures) {
    const svg = await renderInlineSvg({ ...figure, id: key }, interpreter);
    shown.push({ key, figure, svg, vega: compiledSpec(figure) });
  }
  return { analysis, figures: shown };
}

async function figureFiles(
  { figures }: StudyFigures,
  interpreter: ExpressionInterpreter | undefined,
): Promise<ResultFile[]> {
  const files: ResultFile[] = [];
  for (const { key, figure } of figures) {
    files.push({ name: resultNames.figure(key), chunks: [await renderSvg({ ...figure, id: key }, interpreter)] });
    files.push({ name: resultNames.specification(key), chunks: [specText(figure)] });
  }
  return files;
}

/**
 * @param assets style and script of the page. The page comes last, so that its presence says the report is complete.
 * @param interpreter of Vega's expressions, where functions must not be made from text
 */
export async function makeReport(
  studies: readonly StudyFiles[],
  assets: PageAssets,
  interpreter?: ExpressionInterpreter,
): Promise<ResultFile[]> {
  const withFigures = studyFigures(studies);
  const analyses = withFigures.map(({ analysis }) => analysis);
  const pageStudies = await Promise.all(withFigures.map((study) => pageStudy(study, interpreter)));
  return [
    { name: resultNames.summary, chunks: summaryCsv(analyses) },
    { name: resultNames.claims, chunks: [claimsFileText(analyses)] },
    ...(await Promise.all(withFigures.map((study) => figureFiles(study, interpreter)))).flat(),
    { name: resultNames.report, chunks: [await reportPage(pageStudies, assets)] },
  ];
}
