/**
 * The page of a report: one HTML file that needs nothing else. What it shows stands in it as text and as static SVG; the
 * script only makes pictures answer to the pointer.
 */
import type { PageAssets } from "../../core/platform.ts";
import { answerSection } from "./answer-section.ts";
import { claimsSection, furtherClaimsSection } from "./claims-section.ts";
import { figureSections } from "./figure-sections.ts";
import { framedPage } from "./frame.ts";
import { groupsSection } from "./groups-section.ts";
import { html } from "./html.ts";
import { leagueSection } from "./league-section.ts";
import { limitsSection } from "./limits-section.ts";
import { measuresSection } from "./measures-section.ts";
import { opening, pageTitle } from "./opening.ts";
import type { PageStudy } from "./page-study.ts";
import { provenanceSection } from "./provenance-section.ts";
import { contents, sectionMarkup } from "./section.ts";
import { tableSections } from "./table-sections.ts";

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
    groupsSection(analyses),
    limitsSection(analyses),
    provenanceSection(analyses),
  ].filter((section) => section !== undefined);
  const body = html`${contents(sections)}
<header>${opening(analyses)}</header>
<main>
${sections.map(sectionMarkup)}</main>`;
  return framedPage({ title: pageTitle(analyses), body, assets });
}
