/** The answer of a study in words that need no statistics: which measures are better guides than chance, and where. */

import { modeTexts } from "../../core/ablation.ts";
import { greatest, smallest } from "../../core/long-arrays.ts";
import { layerOf, networkScopes, type ScopeText } from "../../core/scope.ts";
import { searchedWithId } from "../../measures/remeasured.ts";
import type { Answer, Answers, AnswerVerdict } from "../analysis/analysis.ts";
import { seriesTitle } from "./theme.ts";
import { counted, listed, signed } from "./wording.ts";

export const verdictTexts: Readonly<Record<AnswerVerdict, string>> = {
  better: "better than chance",
  worse: "worse than chance",
  undecided: "not told apart from chance",
};

const networkWords: Readonly<Record<(typeof networkScopes)[number], string>> = {
  network: "with all layers in one list",
  "network-ranked": "with all layers in one list by rank within the layer",
};

/** Scopes of which the same is said, as one phrase: `in layers 1 and 2`. */
function placesText(scopes: readonly ScopeText[]): string {
  const layers = scopes.flatMap((scope) => layerOf(scope) ?? []).map(String);
  const ofLayers = layers.length === 0 ? [] : [`in layer${layers.length === 1 ? "" : "s"} ${listed(layers)}`];
  const ofNetwork = networkScopes.filter((scope) => scopes.includes(scope)).map((scope) => networkWords[scope]);
  return listed([...ofLayers, ...ofNetwork]);
}

/** Names of people, names with a capital within, and a name that is an acronym. */
const PROPER = /^(?:Fisher|Shapley|Taylor|Wanda)\b|^[A-Z][a-z]*[A-Z]/;

/** `entropy` within a sentence; abbreviations and proper names keep their capitals. */
function nameOf(measure: string): string {
  const title = seriesTitle(measure);
  return PROPER.test(title) ? title : title[0]!.toLowerCase() + title.slice(1);
}

/** `entropy and KL selectivity are better guides than chance`; `every measure` where it is all of several. */
function guideText(measures: readonly string[], of: number, verdict: "better" | "worse"): string {
  const all = measures.length === of && of > 1;
  const subject = all ? "every measure" : listed(measures.map(nameOf));
  return all || measures.length === 1
    ? `${subject} is a ${verdict} guide than chance`
    : `${subject} are ${verdict} guides than chance`;
}

function verdictText(answers: readonly Answer[]): string {
  const having = (verdict: AnswerVerdict) =>
    answers.filter((one) => one.verdict === verdict).map(({ measure }) => measure);
  const decided = (["better", "worse"] as const)
    .filter((verdict) => having(verdict).length > 0)
    .map((verdict) => guideText(having(verdict), answers.length, verdict));
  if (decided.length > 0) return decided.join(", and ");
  return answers.length === 1
    ? `${nameOf(answers[0]!.measure)} is not told apart from chance`
    : "no measure is told apart from chance";
}

function byScope({ list }: Answers): Map<ScopeText, Answer[]> {
  const scopes = new Map<ScopeText, Answer[]>();
  for (const one of list) scopes.set(one.scope, [...(scopes.get(one.scope) ?? []), one]);
  return scopes;
}

/** Scopes of which the same can be said, under that text; in the order of the scopes. */
function grouped(answers: Answers): Map<string, ScopeText[]> {
  const groups = new Map<string, ScopeText[]>();
  for (const [scope, ofScope] of byScope(answers)) {
    const text = verdictText(ofScope);
    groups.set(text, [...(groups.get(text) ?? []), scope]);
  }
  return groups;
}

const capitalised = (text: string) => text[0]!.toUpperCase() + text.slice(1);

/** Whether so few networks were compared that no difference could be told from chance. */
const isTooSmall = ({ repeats, fewestRepeats }: Answers): boolean => repeats < fewestRepeats;

/** The scopes in which each measure has the verdict, for those that have it somewhere. */
function placesOf({ list }: Answers, verdict: AnswerVerdict): Map<string, ScopeText[]> {
  const places = new Map<string, ScopeText[]>();
  for (const one of list) {
    if (one.verdict === verdict) places.set(one.measure, [...(places.get(one.measure) ?? []), one.scope]);
  }
  return places;
}

/** What measures do, said of one and of several. */
interface Predicate {
  readonly one: string;
  readonly several: string;
}

const BEATING = "chance at telling which neurons can be removed";
const wins: Predicate = { one: `beats ${BEATING}`, several: `beat ${BEATING}` };
const loses: Predicate = { one: "does worse than chance", several: "do worse than chance" };

/** `entropy does worse in layer 1`; where the places are not the same for all, they stand behind each measure or `inSome` says so. */
function doingText(
  places: ReadonlyMap<string, readonly ScopeText[]>,
  of: number,
  does: Predicate,
  inSome?: string,
): string {
  const texts = new Set([...places.values()].map(placesText));
  const alike = texts.size === 1;
  const isEvery = places.size === of && of > 1 && (alike || inSome !== undefined);
  const behind = (scopes: readonly ScopeText[]) => (alike || inSome !== undefined ? "" : ` (${placesText(scopes)})`);
  const names = [...places].map(([measure, scopes]) => nameOf(measure) + behind(scopes));
  const verb = isEvery || places.size === 1 ? does.one : does.several;
  const where = alike ? [...texts] : inSome === undefined ? [] : [inSome];
  return [isEvery ? "every measure" : listed(names), verb, ...where].join(" ");
}

/** With more orders in a scope, a sentence that named all could not be read: it says how many, and which are best. */
const MOST_NAMED = 6;

function isMany(answers: Answers): boolean {
  return [...byScope(answers).values()].some(({ length }) => length > MOST_NAMED);
}

/** `in layer 1, 11 of 28 orders beat chance and 13 do worse` */
function countsText(scope: ScopeText, list: readonly Answer[]): string {
  const having = (verdict: AnswerVerdict) => list.filter((one) => one.verdict === verdict).length;
  const [better, worse] = [having("better"), having("worse")];
  const beating = `${better === 0 ? "none" : better} of ${list.length} orders ${better === 1 ? "beats" : "beat"} chance`;
  const losing = worse === 0 ? "" : ` and ${worse} ${worse === 1 ? "does" : "do"} worse`;
  return `${placesText([scope])}, ${beating}${losing}`;
}

function countsSentence(answers: Answers): string {
  const decided = (verdict: AnswerVerdict) => answers.list.some((one) => one.verdict === verdict);
  const scopes = [...byScope(answers)];
  const begins = scopes.every(([, list]) => list.some(({ verdict }) => verdict === "better"));
  if (!decided("better") && !decided("worse")) return "Not shown: no order is told apart from chance.";
  const head = !decided("better") ? "No" : begins && !decided("worse") ? "Yes" : "In part";
  return `${head}: ${scopes.map(([scope, list]) => countsText(scope, list)).join("; ")}.`;
}

/** Measures that are named of a scope, the best. */
const NAMED = 3;

const gained = ({ measure, difference: { mean } }: Answer) => `${nameOf(measure)} (${signed(mean, 3)})`;

/** The best of a scope: of searches, which know what is gone already, and of measures of single neurons; and the worst. */
function bestText(list: readonly Answer[]): string {
  const ordered = list.toSorted((a, b) => b.difference.mean - a.difference.mean);
  const isSearch = ({ measure }: Answer) => searchedWithId(measure) !== undefined;
  const beating = ordered.filter(({ verdict }) => verdict === "better");
  const searches = beating.filter(isSearch);
  const singles = beating.filter((one) => !isSearch(one)).slice(0, NAMED);
  const worst = ordered.filter(({ verdict }) => verdict === "worse").at(-1);
  const none = "no measure of single neurons is better than chance";
  return [
    ...(searches.length === 0 ? [] : [`of the searches ${gained(searches[0]!)} is best`]),
    singles.length === 0
      ? none
      : `of the measures of single neurons ${listed(singles.map(gained))} ${singles.length === 1 ? "is" : "are"} best`,
    ...(worst === undefined ? [] : [`worst is ${gained(worst)}`]),
  ].join("; ");
}

/** The answer to "do measures tell which neurons are needed?" as one sentence. */
export function answerSentence(answers: Answers): string {
  if (isTooSmall(answers)) {
    const networks = counted(answers.repeats, "network");
    return `Too few networks to tell: ${networks} cannot show whether a measure ${wins.one}; ${answers.fewestRepeats} or more can.`;
  }
  if (isMany(answers)) return countsSentence(answers);
  const of = new Set(answers.list.map(({ measure }) => measure)).size;
  const [better, worse] = [placesOf(answers, "better"), placesOf(answers, "worse")];
  const losing = doingText(worse, of, loses, "in some layer or list");
  if (better.size > 0) {
    const winning = doingText(better, of, wins);
    return worse.size === 0 ? `Yes: ${winning}.` : `In part: ${winning}; ${losing}.`;
  }
  if (worse.size > 0) return `No: in these networks no measure is shown to ${wins.several}; ${losing}.`;
  return "Not shown: no measure is told apart from chance at telling which neurons can be removed.";
}

/** What is found, scope by scope; scopes of which the same can be said share a sentence. */
export function answerDetails(answers: Answers): string[] {
  if (isTooSmall(answers)) return [];
  if (isMany(answers)) {
    return [...byScope(answers)].map(([scope, list]) => `${capitalised(placesText([scope]))}, ${bestText(list)}.`);
  }
  return [...grouped(answers)].map(([text, scopes]) => `${capitalised(placesText(scopes))}, ${text}.`);
}

/** How the sentence is decided, for somebody who has just read it. */
export function howDecided(answers: Answers): string {
  const { mode } = answers;
  const brackets = isMany(answers) ? " In brackets: that difference, as mean accuracy over all removals." : "";
  const replacement = mode === "mean" ? "their mean output" : modeTexts[mode].many;
  return `Neurons are removed one after another, lowest value first, and replaced by ${replacement}; a good guide keeps more test accuracy than removing them in a random order does. A measure is better (or worse) than chance where this difference, over the same networks, would come about by chance in fewer than 5 of 100 studies.${brackets}`;
}

/**
 * What stays open and what it would take; undefined where all is decided.
 * @param repeats what the number of networks is called where it is chosen
 */
export function openText(answers: Answers, repeats = "--repeats"): string | undefined {
  if (isTooSmall(answers)) {
    return `With ${counted(answers.repeats, "network")} no difference can be told from chance, however large it is. Run the study with ${repeats} ${answers.fewestRepeats} or more.`;
  }
  const open = answers.list.filter(({ verdict }) => verdict === "undecided");
  if (open.length === 0) return undefined;
  const planned = open.flatMap(({ networksToDecide }) => networksToDecide ?? []);
  const none = `${counted(open.length, "comparison")} of ${answers.list.length} ${open.length === 1 ? "is" : "are"} undecided`;
  if (planned.length === 0) {
    return `${none}: the differences are so small against the spread between networks that not even 1,000 networks would likely decide them.`;
  }
  const range = [...new Set([smallest(planned), greatest(planned)])].join(" to ");
  const some = planned.length === open.length ? "they" : `${planned.length} of them`;
  return `${none}. If differences and spreads stay as they are, ${open.length === 1 ? "it" : some} would likely be decided with ${range} networks (${repeats}).`;
}
