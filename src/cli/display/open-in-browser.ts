/** Shows a page in the default browser. */
import type { ChildProcess } from "node:child_process";
import { tell } from "./standard-streams.ts";

/** What starts a browser has failed before, or it has not. */
const PATIENCE_MS = 1500;

/** Exit code of what starts the browser; undefined where that goes on. */
function exitCodeOf(starter: ChildProcess): Promise<number | null | undefined> {
  return new Promise((resolve) => {
    const patience = setTimeout(() => resolve(undefined), PATIENCE_MS);
    starter.once("close", (code) => {
      clearTimeout(patience);
      resolve(code);
    });
  });
}

/** @param target an address, or the path of a file. Where no browser can be started, it says so: nothing else depends on it. */
export async function openInBrowser(target: string): Promise<void> {
  const { default: open } = await import("open");
  let reason: string;
  try {
    const starter = await open(target);
    const code = starter.exitCode ?? (await exitCodeOf(starter));
    if (code === 0 || code === null || code === undefined) return;
    reason = `${starter.spawnfile} ended with ${code}`;
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  tell(`note:    no browser could be started (${reason}); open ${target} yourself`);
}
