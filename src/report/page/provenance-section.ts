/** How the results were made: configuration, data, adapter, versions, and the command that makes them again. */
import { describeAdapter } from "../../core/adapter-text.ts";
import { normalizedText } from "../../core/channel-treatment.ts";
import { levelsOf, quantizationOf } from "../../core/quantization.ts";
import { repeatsText } from "../../core/repeats-text.ts";
import { type DatasetSummary, isTrained, type RecordedConfig, type RepeatsOfAdapter } from "../../core/study.ts";
import { tilesText } from "../../core/tiles.ts";
import type { StudyAnalysis } from "../analysis/analysis.ts";
import type { StudySummary } from "../files/study-file.ts";
import { html, type Insert, type Markup } from "./html.ts";
import { reproducingCommand } from "./reproducing-command.ts";
import { forEachStudy, type Section } from "./section.ts";

const MS_PER_SECOND = 1000;

/** How the networks came about. */
function originOf(config: RecordedConfig): [string, Insert][] {
  if (isTrained(config)) {
    const { noisyLabels = 0 } = config;
    const wrong = `${(100 * noisyLabels).toFixed(1)} % replaced by other classes; validation and test labels untouched`;
    return [
      ["training", `Adam, learning rate ${config.learningRate}, batches of ${config.batchSize}, L2 ${config.l2}`],
      ...(noisyLabels > 0 ? [["training labels", wrong] as [string, Insert]] : []),
    ];
  }
  const { models = [], quantizeThreshold } = config;
  return [
    ["networks", models.join(", ")],
    ...(quantizeThreshold === undefined ? [] : [["threshold of the bit", quantizeThreshold] as [string, Insert]]),
  ];
}

/** What was done with the inputs, where anything was. */
function inputsAs({ normalize }: RecordedConfig, { treatment }: DatasetSummary): [string, Insert][] {
  if (treatment === "network") return [["inputs", "rescaled as the networks' files say"]];
  if (treatment === "standardize") return [["inputs", "each feature to mean 0, deviation 1 over the training samples"]];
  return normalize ? [["inputs", normalizedText(normalize)]] : [];
}

/** Into how many levels outputs are divided, where these are not the two of a bit. */
function measuredAs(config: RecordedConfig): [string, Insert][] {
  const quantization = quantizationOf(config);
  return quantization === undefined ? [] : [["levels of outputs", `${levelsOf(quantization)}, ${quantization.bins}`]];
}

/** How Shapley values are sampled, where they are. */
function sampledAs({ shapleyDraws, shapleyError }: RecordedConfig): [string, Insert][] {
  if (shapleyDraws === undefined) return [];
  const early = shapleyError === undefined ? "" : `, until 95 % intervals are within ± ${shapleyError} nats`;
  return [["Shapley values", `by ${shapleyDraws} permutations of each game${early}; exact up to 8 neurons`]];
}

/** How often measures rank anew, where they do. */
function remeasuredAs({ remeasure }: RecordedConfig): [string, Insert][] {
  if (remeasure === undefined) return [];
  const after = remeasure === 1 ? "every removal" : `every ${remeasure} removals`;
  return [["remeasured orders", `ranked anew after ${after}`]];
}

/** One of several adapters: bits differ between their repeats as between runs. */
function adapterOfRepeats({ repeats, adapter, tiles }: RepeatsOfAdapter): [string, Insert] {
  return [`adapter of ${repeatsText(repeats)}`, `${describeAdapter(adapter)}; kernels ${tilesText(tiles)}`];
}

/** What the table of provenance says: name and value. */
function facts({ config, dataset, provenance }: StudySummary): [string, Insert][] {
  const { tiles, elapsedMs } = provenance;
  const elapsed = Object.entries(elapsedMs).map(([stage, ms]) => `${stage} ${(ms / MS_PER_SECOND).toFixed(1)} s`);
  const forms = tiles && Object.entries(tiles).map(([product, form]) => `${product} ${form}`);
  return [
    ["seed", config.seed],
    ...originOf(config),
    ...inputsAs(config, dataset),
    ...measuredAs(config),
    ...sampledAs(config),
    ...remeasuredAs(config),
    ["sweep", `${config.sweep}, stride ${config.stride}, ${config.randomDraws} random orders a scope`],
    [
      "data",
      `${dataset.name}: ${dataset.train} / ${dataset.validation} / ${dataset.test} samples, ${dataset.classes} classes`,
    ],
    ["SHA-256 of the data", html`<code>${dataset.sha256}</code>`],
    ...(provenance.adapters === undefined
      ? [
          ["adapter", describeAdapter(provenance.adapter)] as [string, Insert],
          ["kernels", forms?.join(", ") ?? "not recorded"] as [string, Insert],
        ]
      : provenance.adapters.map(adapterOfRepeats)),
    ["versions", `gpu-importance ${provenance.package}, ${provenance.dawn}, Node ${provenance.node}`],
    ["started", provenance.started],
    ["took", elapsed.join(", ")],
  ];
}

function provenance({ study }: StudyAnalysis): Markup {
  if (study === undefined) return html`<p>Not known: study.json is not in the folder.</p>`;
  const rows = facts(study).map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  );
  return html`<dl class="facts">${rows}</dl>
<p>This command makes the results again; on the same adapter, with the same versions, bit for bit:</p>
<pre><code>${reproducingCommand(study.config, study.provenance.tiles)}</code></pre>`;
}

export function provenanceSection(analyses: readonly StudyAnalysis[]): Section {
  return {
    id: "provenance",
    title: "How these results were made",
    short: "How it was made",
    content: forEachStudy(analyses, provenance)!,
  };
}
