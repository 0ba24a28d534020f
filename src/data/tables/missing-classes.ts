/** Text in a column of classes that stands for no class: what pandas, R, SQL, Weka and spreadsheets write for a missing value. */

const MISSING = /^(?:|\?|n\/a|#n\/a(?: n\/a)?|#na|<na>|na|[+-]?nan|null|none|[+-]?1\.#(?:ind|qnan))$/i;

/** Whether the text is one of these, whatever its case and the spaces around it. */
export function isMissingClass(text: string): boolean {
  return MISSING.test(text.trim());
}
