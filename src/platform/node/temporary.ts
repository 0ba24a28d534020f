/** Names in the folder for temporary files that say whose they are, and the removal of what killed processes left there. */
import { randomBytes } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { markOf, markPattern, markText, ownMark, stateOf } from "./process-mark.ts";

const NAME = new RegExp(`^gpu-importance-${markPattern}-[0-9a-f]{16}(\\.pages)?$`);

/** A name that nobody else has, which says which process it is of. @param ending may be `.pages` */
export function temporaryName(ending: "" | ".pages"): string {
  return `gpu-importance-${markText(ownMark)}-${randomBytes(8).toString("hex")}${ending}`;
}

/** Removes what processes left in a folder that have ended. What cannot be removed is another user's, and stays. */
export function sweepTemporary(folder: string): void {
  for (const name of namesIn(folder)) {
    const mark = NAME.exec(name)?.slice(1, 4);
    if (mark === undefined || stateOf(markOf(mark)) !== "ended") continue;
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // Whoever writes there will be told.
  }
}
