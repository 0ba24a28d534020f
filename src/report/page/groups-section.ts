/** What the first neurons of each ranking know together, as a table. */
import { RANDOM } from "../../core/ablation.ts";
import { MOST_INFORMATIVE } from "../../core/groups.ts";
import { isOfPaper } from "../../measures/paper-measures.ts";
import type { GroupSummary, StudyAnalysis } from "../analysis/analysis.ts";
import { seriesTitle } from "../figures/theme.ts";
import { counted, intervalText } from "../figures/wording.ts";
import { DIGITS, numberText } from "./cell-text.ts";
import { dataTable } from "./data-table.ts";
import { html, type Markup } from "./html.ts";
import { forEachStudy, type Section } from "./section.ts";

const columns = [
  "neurons",
  "layer",
  "bits about the class",
  "95 % interval",
  "by chance",
  "redundancy",
  "vulnerability",
  "O-information",
  "total correlation",
];

const titleOf = (ranking: string) => (ranking === MOST_INFORMATIVE ? "Most informative" : seriesTitle(ranking));

function groupRow({ layer, ranking, joint, chance, ...group }: GroupSummary): string[] {
  const interval = joint.interval === undefined ? "\u2013" : intervalText(joint.interval, DIGITS);
  const { redundancyDegree, vulnerabilityDegree, oInformation, totalCorrelation } = group;
  const degrees = [redundancyDegree, vulnerabilityDegree].map((degree) => numberText(degree, 2));
  const others = [oInformation, totalCorrelation].map((bits) => numberText(bits));
  return [
    titleOf(ranking),
    `layer ${layer}`,
    numberText(joint.mean),
    interval,
    numberText(chance),
    ...degrees,
    ...others,
  ];
}

/** `5 neurons`; layers may have fewer. */
function sizesText(summaries: readonly GroupSummary[]): string {
  const sizes = [...new Set(summaries.map(({ size }) => size))];
  return `${sizes.join(" or ")} neurons`;
}

function tableOf(summaries: readonly GroupSummary[]): Markup {
  const caption = `What ${sizesText(summaries)} know together, bits; means over networks`;
  return dataTable({ caption, columns, rows: summaries.map(groupRow) });
}

/** What chance gives a search would take a search for each permutation of the labels: 0.2 s a layer and network. */
const searched = html`<p>Chance is that of a group that was fixed beforehand. The most informative one was searched for on the same samples, as the best of many, and exceeds it even by chance. To a lesser degree, so do the first neurons of rankings by what each knows of the class.</p>`;

/** Further rankings make many rows, which stand folded. */
function groupTables({ groupSummaries }: StudyAnalysis): Markup | undefined {
  if (groupSummaries.length === 0) return undefined;
  const isFirst = ({ ranking }: GroupSummary) => [MOST_INFORMATIVE, RANDOM].includes(ranking) || isOfPaper(ranking);
  const further = groupSummaries.filter((one) => !isFirst(one));
  const folded =
    further.length === 0
      ? undefined
      : html`<details class="values"><summary>${counted(further.length, "group")} of further rankings</summary>
${tableOf(further)}
</details>`;
  const note = groupSummaries.some(({ ranking }) => ranking === MOST_INFORMATIVE) ? searched : undefined;
  return html`${tableOf(groupSummaries.filter(isFirst))}${note}${folded}`;
}

const lead =
  "Some neurons of each layer, looked at together: the most informative that a greedy search finds, the first ones of each ranking, and some at random.";

/** Columns that are not usual words, each with how to read it. */
const meanings = [
  ["By chance", "what permuted labels give the same neurons; where it is much of what they know, take a smaller group"],
  [
    "Redundancy",
    "by how many of the neurons, each alone, a bit of what the group knows is known: 1 where each has something of its own, more where they repeat one another, less where it takes several to tell",
  ],
  ["Vulnerability", "how many of the neurons cannot be spared for such a bit: 0 where any one of them can"],
  ["O-information", "above 0 where the outputs repeat one another, below 0 where only several together are bound"],
  ["Total correlation", "how far the outputs are from independent"],
] as const;

const definitions = meanings.map(
  ([term, meaning]) => html`<div><dt>${term}</dt><dd>${meaning}.</dd></div>
`,
);

export function groupsSection(analyses: readonly StudyAnalysis[]): Section | undefined {
  const content = forEachStudy(analyses, groupTables);
  const list = html`<dl class="facts definitions">${definitions}</dl>`;
  return (
    content && {
      id: "groups",
      title: "Groups of neurons",
      short: "Groups",
      content: html`<p>${lead}</p>${list}${content}`,
    }
  );
}
