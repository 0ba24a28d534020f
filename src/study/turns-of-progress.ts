/** Progress of work that has several parts, one after another. */

/**
 * Parts count alike, since nobody knows beforehand how long each takes.
 * @param parts whether there is such a part
 * @param onShare told of the share of all that is done, up to 1
 * @returns for each part: to be told of the share of it that is done; of one that there is none of, nothing comes
 */
export function inTurns(parts: readonly boolean[], onShare: (share: number) => void): ((share: number) => void)[] {
  const there = parts.filter((isThere) => isThere).length;
  return parts.map((isThere, index) => {
    const before = parts.slice(0, index).filter((other) => other).length;
    return isThere ? (share) => onShare((before + share) / there) : () => {};
  });
}
