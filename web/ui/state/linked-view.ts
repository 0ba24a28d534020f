/**
 * The view that a link restores beside the settings. It waits until the study that it was made of is on show: one trained
 * with the link's settings on its data, the finished study, or the file of that name. Parts that make no sense stay as they are.
 */

import { RANDOM } from "../../../src/core/ablation.ts";
import { defaultBins, defaultBits } from "../../../src/core/quantization.ts";
import { layerScope, networkScopes, type ScopeText } from "../../../src/core/scope.ts";
import type { RecordedConfig } from "../../../src/core/study.ts";
import { decompositions } from "../../../src/pairs/registry.ts";
import { pairValues } from "../../engine/pairs/pair-notices.ts";
import type { EarlierTraining, LabSettings, StudyOrigin } from "../../engine/protocol.ts";
import { charts, type LabState, type LinkedView, type ShownStudy, tools, type View } from "./lab-state.ts";
import { linkOf, settingsFromLink } from "./link.ts";
import { layerWidths, nothingRemoved, type RemovalRule, type Rows, rowsFrom, withRemoved } from "./removal.ts";
import { defaultSettings, readSettings } from "./settings.ts";
import { CARRIED, COST, columnsOf, OUTPUT, shownTable } from "./shown.ts";

const origins: readonly StudyOrigin[] = ["trained", "finished", "network-file", "results-folder"];
const directions = ["low", "high"] as const;
const modes = ["mean", "zero"] as const;
const decompositionIds = decompositions.map(({ id }) => id);
const DATA_DIGITS = 12;

const dataOf = (sha256: string) => sha256.slice(0, DATA_DIGITS);

/** What a study trained here was trained with. */
export function settingsOf(config: RecordedConfig): LabSettings {
  const { bits = defaultBits, bins = defaultBins, noisyLabels = 0, singles = "all" } = config;
  const percent = Math.round(100 * noisyLabels);
  return { ...defaultSettings, ...pickSettings(config), noisyLabels: percent, bits, bins, singles };
}

function pickSettings(config: RecordedConfig): Partial<LabSettings> {
  const names = ["hidden", "activation", "epochs", "repeats", "seed", "batchSize", "learningRate", "l2"] as const;
  return Object.fromEntries(names.flatMap((name) => (config[name] === undefined ? [] : [[name, config[name]]])));
}

/** Whether they make the same networks and numbers; one bit has no levels that a rule could part. */
function sameSettings(a: LabSettings, b: LabSettings): boolean {
  const text = (settings: LabSettings) =>
    linkOf(settings.bits === defaultBits ? { ...settings, bins: defaultBins } : settings);
  return text(a) === text(b);
}

/** `0-4.7.9-10`: nothing that an address has to escape. */
export function rowsText(rows: Rows): string {
  const parts: string[] = [];
  for (let at = 0; at < rows.length; at++) {
    const first = rows[at]!;
    while (rows[at + 1] === rows[at]! + 1) at++;
    parts.push(rows[at] === first ? String(first) : `${first}-${rows[at]}`);
  }
  return parts.join(".");
}

/** @returns those below `count`; none where the text is of another form */
export function rowsOfText(text: string, count: number): Rows {
  if (!/^\d+(-\d+)?(\.\d+(-\d+)?)*$/.test(text)) return [];
  const rows: number[] = [];
  for (const part of text.split(".")) {
    const [first, last = first] = part.split("-").map(Number) as [number, number?];
    for (let row = first; row <= last && row < count; row++) rows.push(row);
  }
  return rowsFrom(rows);
}

/** The whole link's text behind #; settings are those of the networks on show where they were trained here, else the form's. */
export function linkOfState(state: LabState): string | undefined {
  const { study, view, removal } = state;
  const { settings: typed } = readSettings(state.settings);
  const trained = study?.about.origin === "trained" && study.about.config !== undefined;
  const settings = trained ? settingsOf(study.about.config!) : typed;
  if (settings === undefined || study === undefined || study.neurons.length === 0) return settings && linkOf(settings);
  const { origin, label, dataset } = study.about;
  const parts: readonly (readonly [string, string])[] = [
    ["study", origin],
    ["label", label],
    ["data", dataOf(dataset.sha256)],
    ...(["column", "chart", "tool", "across", "up", "scope", "direction", "decomposition", "pairValue"] as const).map(
      (name) => [name, view[name]] as const,
    ),
    ["repeat", String(view.repeat)],
    ["all", view.allRepeats ? "1" : ""],
    ["rule", removal.rule.measure],
    ["mode", removal.mode],
    ["removed", rowsText(removal.history.present)],
    ["neuron", String(view.selected ?? "")],
    ["partner", String(view.partner ?? "")],
    ["pairLayer", String(view.pairLayer)],
    ["digit", view.sample !== undefined && "sample" in view.sample ? String(view.sample.sample) : ""],
  ];
  return `${linkOf(settings)}&${new URLSearchParams(Object.fromEntries(parts.filter(([, text]) => text !== "")))}`;
}

/** @returns undefined where the link has settings alone */
export function linkedViewOf(hash: string): LinkedView | undefined {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const origin = origins.find((known) => known === parameters.get("study"));
  if (origin === undefined) return undefined;
  const [label, data] = [parameters.get("label") ?? "", parameters.get("data") ?? ""];
  return { settings: settingsFromLink(hash), origin, label, data, parameters };
}

/** Whether a training of the list has the settings and the data that the link is of. */
export function isLinkedTraining({ settings, data }: LinkedView, { config, dataset }: EarlierTraining): boolean {
  return data === dataOf(dataset.sha256) && sameSettings(settings, settingsOf(config));
}

function isMeant({ settings, origin, label, data }: LinkedView, { about }: ShownStudy): boolean {
  if (origin !== about.origin || label !== about.label || data !== dataOf(about.dataset.sha256)) return false;
  return origin !== "trained" || (about.config !== undefined && sameSettings(settings, settingsOf(about.config)));
}

/** The linked view of the study on show, where it is that which the link was made of; what the worker knows of it is to be asked anew. */
export function withLinkedView(state: LabState): LabState {
  const { linked, study } = state;
  if (linked === undefined || study === undefined || study.neurons.length === 0 || !isMeant(linked, study))
    return state;
  const { linked: _linked, ...rest } = state;
  const { partner: _partner, ...before } = state.view;
  const view = { ...before, ...viewOf(linked, study, state) };
  const rows = shownTable({ ...state, view })!.rows;
  const mode = oneOf(linked, "mode", modes) ?? state.removal.mode;
  const rule: RemovalRule = { ...state.removal.rule, scope: view.scope, direction: view.direction };
  const measure = oneOf(linked, "rule", [...Object.keys(study.neurons[0]!.measures), RANDOM]) ?? rule.measure;
  const removed = rowsOfText(linked.parameters.get("removed") ?? "", rows);
  const history = withRemoved(nothingRemoved, removed);
  return { ...rest, view, removal: { mode, rule: { ...rule, measure }, history } };
}

function oneOf<T extends string>({ parameters }: LinkedView, name: string, allowed: readonly T[]): T | undefined {
  return allowed.find((value) => value === parameters.get(name));
}

function numberBelow({ parameters }: LinkedView, name: string, count: number): number | undefined {
  const text = parameters.get(name) ?? "";
  return /^\d+$/.test(text) && Number(text) < count ? Number(text) : undefined;
}

function viewOf(linked: LinkedView, study: ShownStudy, { view }: LabState): Partial<View> {
  const columns = [...new Set([...columnsOf(study), COST])];
  const table = study.neurons[numberBelow(linked, "repeat", study.neurons.length) ?? 0]!;
  const layers = layerWidths(table).map((_, index) => layerScope(index + 1));
  const selected = numberBelow(linked, "neuron", table.rows) ?? 0;
  const partner = numberBelow(linked, "partner", table.rows);
  const pairLayer = numberBelow(linked, "pairLayer", layers.length + 1);
  const digit = numberBelow(linked, "digit", study.about.dataset.validation);
  return {
    ...(digit !== undefined && { sample: { sample: digit } }),
    column: oneOf(linked, "column", [...columns, OUTPUT, CARRIED]) ?? view.column,
    across: oneOf(linked, "across", columns) ?? view.across,
    up: oneOf(linked, "up", columns) ?? view.up,
    chart: oneOf(linked, "chart", charts) ?? view.chart,
    tool: oneOf(linked, "tool", tools) ?? view.tool,
    scope: oneOf<ScopeText>(linked, "scope", [...layers, ...networkScopes]) ?? view.scope,
    direction: oneOf(linked, "direction", directions) ?? view.direction,
    allRepeats: linked.parameters.get("all") === "1" && study.neurons.length > 1,
    repeat: study.neurons.indexOf(table),
    selected,
    ...(partner !== undefined && partner !== selected && { partner }),
    decomposition: oneOf(linked, "decomposition", decompositionIds) ?? view.decomposition,
    pairValue: oneOf(linked, "pairValue", pairValues) ?? view.pairValue,
    pairLayer: pairLayer === undefined || pairLayer === 0 ? view.pairLayer : pairLayer,
  };
}

/** What has to be done for the linked view to be seen; undefined where none waits. */
export function linkAdvice({ linked, dataset, settings, study, adapter }: LabState): string | undefined {
  if (linked === undefined) return undefined;
  if (linked.origin === "network-file") return `Drop ${linked.label} to get the linked view.`;
  if (linked.origin === "results-folder") return `Drop the folder ${linked.label} to get the linked view.`;
  if (linked.origin === "finished") {
    return study === undefined
      ? undefined
      : "The linked view is of a finished study that is not on show: reload the page.";
  }
  if (adapter !== undefined && !("facts" in adapter)) return "The networks of the linked view have to be trained.";
  const typed = readSettings(settings).settings;
  if (dataset !== undefined && dataOf(dataset.sha256) !== linked.data)
    return "The linked view is of other data: drop them, then press Train.";
  if (typed === undefined || !sameSettings(typed, linked.settings))
    return "The linked view is of other settings than these: reload the page to get them back.";
  return "Press Train to get the linked view.";
}
