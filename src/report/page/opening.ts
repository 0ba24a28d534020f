/** Title of the page, and what was run in a sentence. */
import { greatest, smallest } from "../../core/long-arrays.ts";
import { isTrained } from "../../core/study.ts";
import { isOfPaper } from "../../measures/paper-measures.ts";
import type { StudyAnalysis } from "../analysis/analysis.ts";
import { counted, decimal } from "../figures/wording.ts";
import { DIGITS } from "./cell-text.ts";
import { html, type Markup } from "./html.ts";
import { architectureText } from "./section.ts";

export function pageTitle(analyses: readonly StudyAnalysis[]): string {
  const name = ({ label, study }: StudyAnalysis) =>
    analyses.length === 1 && study ? `${study.dataset.name}, ${study.config.activation}` : label;
  return `Neuron importance: ${analyses.map(name).join(" and ")}`;
}

const count = (value: number) => value.toLocaleString("en");

function accuracySentence({ study }: StudyAnalysis): string {
  const accuracies = study?.repeats.map(({ testAccuracy }) => testAccuracy) ?? [];
  if (accuracies.length === 0) return "";
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
  const [least, most] = [smallest(accuracies), greatest(accuracies)].map((value) => decimal(value, DIGITS));
  const range = accuracies.length > 1 ? ` on average (lowest ${least}, highest ${most})` : "";
  return ` Intact, they classify ${decimal(mean, DIGITS)} of the test samples correctly${range}.`;
}

/** What was done, from the configuration. */
function runSentence(analysis: StudyAnalysis): string {
  const { study, repeats } = analysis;
  if (study === undefined) {
    return `${counted(repeats, "network")} of an unknown configuration: study.json is missing, so the run may not have ended.`;
  }
  const { config, dataset } = study;
  const networks = `${counted(repeats, "network")} of ${architectureText(analysis)} units (${config.activation})`;
  const trained = isTrained(config)
    ? `trained for ${counted(config.epochs, "epoch")} on ${count(dataset.train)} samples of ${dataset.name}`
    : `trained elsewhere and analysed on ${dataset.name}`;
  const measured = `Their neurons were measured on ${count(dataset.validation)} validation samples and removed one after another`;
  return `${networks}, ${trained}. ${measured}, with the accuracy taken on ${count(dataset.test)} test samples.${accuracySentence(analysis)}`;
}

/** What makes results doubtful stands in front of them. */
function doubts(analyses: readonly StudyAnalysis[]): Markup[] {
  return analyses.flatMap(({ study, label }) =>
    (study?.warnings ?? []).map((warning) => {
      const where = analyses.length === 1 ? "" : ` (${label})`;
      return html`<p class="warning"><strong>Warning${where}:</strong> ${warning}.</p>`;
    }),
  );
}

export function opening(analyses: readonly StudyAnalysis[]): Markup {
  const sentences = analyses.map((analysis) =>
    analyses.length === 1
      ? html`<p class="run">${runSentence(analysis)}</p>`
      : html`<li><strong>${analysis.label}</strong>: ${runSentence(analysis)}</li>`,
  );
  const several = analyses.length > 1;
  const warned = analyses.flatMap(({ label, warnings }) =>
    warnings.map((warning) => html`<p class="warning">${several ? `${label}: ` : ""}${warning}</p>`),
  );
  const others = analyses.some(({ measures }) => !measures.every(isOfPaper));
  const what = others ? "measures" : "information measures";
  return html`<h1>${pageTitle(analyses)}</h1>
${warned}<p class="question">Do ${what} of single neurons tell how much a classifier needs them?</p>
${analyses.length === 1 ? sentences : html`<ul class="run">${sentences}</ul>`}${doubts(analyses)}`;
}
