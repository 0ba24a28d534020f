/**
 * The page of a report: one HTML file that needs nothing else. What it shows stands in it as text and as static SVG; the
 * script only makes pictures answer to the pointer. Its Content-Security-Policy allows this script, this style and
 * pictures in data URLs, so nothing can be loaded or run that text from a result file might name.
 */
import { latin1Text } from "../../core/long-arrays.ts";
import type { PageAssets } from "../../core/platform.ts";
import { answerSection } from "./answer-section.ts";
import { claimsSection, furtherClaimsSection } from "./claims-section.ts";
import { figureSections } from "./figure-sections.ts";
import { html, type Markup, rawElement } from "./html.ts";
import { leagueSection } from "./league-section.ts";
import { limitsSection } from "./limits-section.ts";
import { measuresSection } from "./measures-section.ts";
import { opening, pageTitle } from "./opening.ts";
import type { PageStudy } from "./page-study.ts";
import { provenanceSection } from "./provenance-section.ts";
import type { Section } from "./section.ts";
import { tableSections } from "./table-sections.ts";

async function sourceHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${btoa(latin1Text(new Uint8Array(digest)))}'`;
}

async function contentSecurityPolicy({ style, script }: PageAssets): Promise<string> {
  const [styleHash, scriptHash] = [await sourceHash(style), await sourceHash(script)];
  const sources = `img-src data:; style-src ${styleHash}; script-src ${scriptHash}`;
  return `default-src 'none'; ${sources}; base-uri 'none'; form-action 'none'`;
}

function contents(sections: readonly Section[]): Markup {
  const entry = ({
    id,
    title,
    short = title,
  }: Section) => html`<li><a href="#${id}"><span class="long">${title}</span><span class="short">${short}</span></a></li>
`;
  return html`<nav aria-label="Contents"><ol>${sections.map(entry)}</ol></nav>`;
}

function sectionMarkup({ id, title, content }: Section): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title} <a class="anchor" href="#${id}" aria-label="Link to: ${title}">#</a></h2>
${content}
</section>
`;
}

/** Text of report.html. Contents come first: beside the text where there is room, else as one line above it. Several studies stand side by side in each section. */
export async function reportPage(studies: readonly PageStudy[], assets: PageAssets): Promise<string> {
  const analyses = studies.map(({ analysis }) => analysis);
  const sections = [
    answerSection(studies),
    leagueSection(analyses),
    measuresSection(analyses),
    claimsSection(analyses),
    furtherClaimsSection(analyses),
    ...figureSections(studies),
    ...tableSections(analyses),
    limitsSection(analyses),
    provenanceSection(analyses),
  ].filter((section) => section !== undefined);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${await contentSecurityPolicy(assets)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${pageTitle(analyses)}</title>
${rawElement("style", assets.style)}
</head>
<body>
${contents(sections)}
<header>${opening(analyses)}</header>
<main>
${sections.map(sectionMarkup)}</main>
${rawElement("script", assets.script)}
</body>
</html>
`;
  return page.text;
}
