/** A file of the page's own folder, fetched with progress. */
import { RunError } from "../../core/errors.ts";
import { joined } from "./given-files.ts";

function failure(url: URL, found: string, cause?: unknown): RunError {
  const fix = "reload the page; if it recurs, its folder is not complete: npm run build:web makes it anew";
  return new RunError({ what: "a file of this page cannot be loaded", where: url.pathname, found, fix }, { cause });
}

/**
 * @param onProgress told of the bytes so far, and of all of them, 0 where the server does not say
 * @throws RunError where there is no such file, or the line breaks.
 */
export async function download(url: URL, onProgress: (loaded: number, total: number) => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  try {
    const response = await fetch(url);
    if (!response.ok || response.body === null) throw failure(url, `HTTP status ${response.status}`);
    const total = Number(response.headers.get("content-length") ?? 0);
    const reader = response.body.getReader();
    for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
      chunks.push(value!);
      loaded += value!.length;
      onProgress(loaded, total);
    }
  } catch (error) {
    if (error instanceof RunError) throw error;
    throw failure(url, error instanceof Error ? error.message : String(error), error);
  }
  return joined(chunks, loaded);
}
