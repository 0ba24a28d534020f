/** What the measures are, in words, and worked out for one neuron of the study. */
import { unitOf } from "../../measures/columns.ts";
import { measures as registered } from "../../measures/registry.ts";
import { searchedWithId } from "../../measures/remeasured.ts";
import type { StudyAnalysis, WorkedExample } from "../analysis/analysis.ts";
import { decimal } from "../figures/wording.ts";
import { percentText } from "./cell-text.ts";
import { dataTable } from "./data-table.ts";
import { html, type Markup } from "./html.ts";
import { forEachStudy, type Section } from "./section.ts";

const DIGITS = 3;
const count = (value: number) => value.toLocaleString("en");

function definitions(measures: readonly string[]): Markup | undefined {
  const searched = measures.flatMap((id) => searchedWithId(id) ?? []);
  const known = [...registered.filter(({ id }) => measures.includes(id)), ...searched];
  if (known.length === 0) return undefined;
  const entries = known.map(
    ({ title, meaning }) => html`<div><dt>${title}</dt><dd>${meaning}.</dd></div>
`,
  );
  return html`<dl class="facts definitions">${entries}</dl>`;
}

function entropySentence({ bits, ones, samples }: WorkedExample): string {
  if (bits.entropy === undefined) return "";
  return ` A bit that is 1 with probability ${decimal(ones / samples, 4)} has an entropy of ${decimal(bits.entropy, DIGITS)} bits.`;
}

function informationSentence({ bits, conditionalEntropyBits }: WorkedExample): string {
  if (bits.mutual_information === undefined) return "";
  const left = decimal(conditionalEntropyBits, DIGITS);
  return ` Within a class, ${left} bits of it are left on average; the rest, ${decimal(bits.mutual_information, DIGITS)} bits, is the mutual information.`;
}

function selectivitySentence(example: WorkedExample, names: readonly string[]): string {
  const { bits, preferredClass: label, onesPerClass, samplesPerClass, ones, samples } = example;
  if (bits.kl_selectivity === undefined) return "";
  const share = onesPerClass[label]! / samplesPerClass[label]!;
  const silent = share < ones / samples ? "; the neuron prefers it by being silent for it" : "";
  return ` Class ${names[label]} departs most from all samples: it has ${percentText(share)} ones instead of ${percentText(ones / samples)}, a divergence of ${decimal(bits.kl_selectivity, DIGITS)} bits. That is the KL selectivity, and ${names[label]} is the preferred class${silent}.`;
}

function exampleMarkup(example: WorkedExample, names: readonly string[]): Markup {
  const { repeat, layer, neuron, samples, ones, samplesPerClass, onesPerClass } = example;
  const place = `Neuron ${neuron} of layer ${layer} in network ${repeat}`;
  const rows = names.map((name, label) => {
    const size = samplesPerClass[label]!;
    return [
      name,
      count(size),
      count(onesPerClass[label]!),
      size === 0 ? "\u2013" : percentText(onesPerClass[label]! / size),
    ];
  });
  rows.push(["all", count(samples), count(ones), percentText(ones / samples)]);
  const sentences = [entropySentence, informationSentence].map((sentence) => sentence(example)).join("");
  return html`<p>An example: ${place} is above its threshold for ${count(ones)} of ${count(samples)} validation samples.${sentences}${selectivitySentence(example, names)}</p>
<details><summary>The counts of this neuron</summary>
${dataTable({ caption: `${place}: samples above the threshold`, columns: ["class", "samples", "above", "share"], rows })}
</details>`;
}

function measuresOf({ measures, example, classNames }: StudyAnalysis): Markup | undefined {
  const defined = definitions(measures);
  if (defined === undefined) return undefined;
  const allBits = measures.every((id) => unitOf(id) === "bit" && searchedWithId(id) === undefined);
  const what = allBits
    ? html`Each is a number of bits, from how often the neuron's output is above its threshold in each class of the validation
samples.`
    : html`Those in bits are from how often the neuron's output is above its threshold in each class of the validation samples.`;
  return html`<p>${what} A high value says that the output carries much, not that the network needs it: that is what the removals test.</p>
${defined}
${example && exampleMarkup(example, classNames)}`;
}

export function measuresSection(analyses: readonly StudyAnalysis[]): Section | undefined {
  const content = forEachStudy(analyses, measuresOf);
  return content && { id: "definitions", title: "What the measures are", short: "Measures", content };
}
