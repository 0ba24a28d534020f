/** What a folder holds, for messages. */

const SHOWN = 12;

/** At most a dozen names, sorted. */
export function shownNames(names: readonly string[]): string {
  if (names.length === 0) return "no files";
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return [...names].sort().slice(0, SHOWN).join(", ") + more;
}
