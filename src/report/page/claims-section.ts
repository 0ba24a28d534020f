/** The claims as cards: what is claimed, and for each study what the data say. */
import type { Claim, StudyAnalysis, Verdict } from "../analysis/analysis.ts";
import { estimateText, listed } from "../figures/wording.ts";
import { DIGITS, estimateCells, probabilityText } from "./cell-text.ts";
import { dataTable } from "./data-table.ts";
import { figureAnchor } from "./figure-sections.ts";
import { html, type Markup, prose } from "./html.ts";
import type { Section } from "./section.ts";

/** Beside the word, so that verdicts are told apart without colour, too. */
const signs: Readonly<Record<Verdict, string>> = { supported: "\u2713", contradicted: "\u2717", undecided: "?" };

function verdictBadge(verdict: Verdict): Markup {
  return html`<p class="verdict ${verdict}"><span aria-hidden="true">${signs[verdict]}</span> ${verdict}</p>`;
}

function partsTable({ parts }: Claim, label: string): Markup | undefined {
  if (parts.length === 0) return undefined;
  const rows = parts.map(({ name, effect, p }) => [name, ...estimateCells(effect), probabilityText(p)]);
  const columns = ["part", "effect", "95 % interval", "p"];
  return html`<details><summary>Parts of the effect</summary>
${dataTable({ caption: `Parts of the effect: ${label}`, columns, rows })}</details>`;
}

function finding(claim: Claim, { label }: StudyAnalysis, several: boolean): Markup {
  const { effect, p, holm, verdict, reason, tooFew } = claim;
  const facts =
    effect &&
    html`<dl>
<div><dt>effect</dt><dd>${estimateText(effect, DIGITS)}</dd></div>
<div><dt>p</dt><dd>${probabilityText(p)}</dd></div>
<div><dt>p after Holm</dt><dd>${probabilityText(holm)}</dd></div>
</dl>`;
  return html`<div class="finding">
${several ? html`<h4>${label}</h4>` : undefined}${verdictBadge(verdict)}
${facts}
<p>${tooFew === undefined ? prose(reason) : "Too few networks to decide."}</p>
${partsTable(claim, several ? `${claim.statement} (${label})` : claim.statement)}</div>
`;
}

type ClaimsOf = (analysis: StudyAnalysis) => readonly Claim[];

/** Each claim once, of whichever study has it. */
function cards(analyses: readonly StudyAnalysis[], claimsOf: ClaimsOf): Markup | undefined {
  const claims = new Map(analyses.flatMap((analysis) => claimsOf(analysis).map((claim) => [claim.id, claim] as const)));
  if (claims.size === 0) return undefined;
  return html`<ol class="claims">${[...claims.values()].map((claim) => card(claim, analyses, claimsOf))}</ol>`;
}

/** One card; `findings` holds the same claim of each study, or undefined where a study does not have it. */
function card(claim: Claim, analyses: readonly StudyAnalysis[], claimsOf: ClaimsOf): Markup {
  const several = analyses.length > 1;
  const findings = analyses.map((analysis) => {
    const own = claimsOf(analysis).find(({ id }) => id === claim.id);
    return own && finding(own, analysis, several);
  });
  return html`<li id="${claim.id}"><h3>${claim.statement}</h3>
<p class="statistic">${claim.statistic} <a href="#${figureAnchor(claim.figure)}">${claim.figure.replace("-", " ")}</a></p>
<div class="findings">${findings}</div></li>
`;
}

/** Said once for all claims that more networks are needed for. */
function tooFewText(claims: readonly Claim[]): Markup | undefined {
  const needed = [...new Set(claims.flatMap(({ tooFew }) => tooFew ?? []))];
  if (needed.length === 0) return undefined;
  return html`<p>Some claims cannot be decided with so few networks, however clear the data: ${listed(needed)}.</p>`;
}

export function claimsSection(analyses: readonly StudyAnalysis[]): Section | undefined {
  const found = cards(analyses, ({ claims }) => claims);
  if (found === undefined) return undefined;
  const lead = html`<p>What Amjad, Liu and Geiger claim (<a href="https://arxiv.org/abs/1804.06679">arXiv:1804.06679</a>), put to
the test with these networks. Intervals are 95 % bootstrap intervals over repeats. A claim is supported or contradicted where its
p, corrected by Holm's method for the number of claims, is below 0.05; otherwise it is undecided.</p>
${tooFewText(analyses.flatMap((analysis) => analysis.claims))}`;
  return {
    id: "claims",
    title: "The paper's claims, decided by these data",
    short: "Claims",
    content: html`${lead}${found}`,
  };
}

/** Absent where no study has the curves that a further claim needs. */
export function furtherClaimsSection(analyses: readonly StudyAnalysis[]): Section | undefined {
  const claimsOf: ClaimsOf = ({ furtherClaims }) => furtherClaims;
  const found = cards(analyses, claimsOf);
  if (found === undefined) return undefined;
  const lead = html`<p>Further claims, about measures beside the paper's, are decided in the same way, as a family of their own.</p>
${tooFewText(analyses.flatMap(claimsOf))}`;
  return {
    id: "further-claims",
    title: "Further claims, decided by these data",
    short: "Further claims",
    content: html`${lead}${found}`,
  };
}
