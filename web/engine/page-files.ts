/** Files of the page's own folder that the worker fetches: the digits, a finished study, parts of a report's page. */
import { unzipSync } from "fflate";
import type { Dataset } from "../../src/core/dataset.ts";
import { RunError } from "../../src/core/errors.ts";
import type { PageAssets } from "../../src/core/platform.ts";
import { splitEmbeddedDigits } from "../../src/data/digits/embedded-digits.ts";
import { decodeDigits } from "../../src/data/digits/packed-digits.ts";
import { download } from "../../src/platform/browser/download.ts";
import { type GivenFile, gunzip } from "../../src/platform/browser/given-files.ts";
import { pageFiles } from "../page-files.ts";

type Loading = (loaded: number, total: number) => void;

const RELOAD = "reload the page; if it recurs, npm run build:web makes the page's files anew";

/** Digits unpack to 7.85 MB. */
const MOST_BYTES = 16e6;

/** @throws RunError where the file is not there or damaged. */
export async function loadDigits(base: string, onProgress: Loading): Promise<Dataset> {
  const packed = await download(new URL(pageFiles.digits, base), onProgress);
  let digits: Awaited<ReturnType<typeof decodeDigits>>;
  let found = "a wrong checksum";
  try {
    digits = await decodeDigits(await gunzip(packed, MOST_BYTES));
  } catch (error) {
    found = error instanceof Error ? error.message : String(error); // said below, as is a wrong checksum
  }
  if (digits !== undefined) return splitEmbeddedDigits(digits);
  throw new RunError({ what: "the digits are damaged", where: pageFiles.digits, found, fix: RELOAD });
}

/** The files of the study that is shipped with the page. @throws RunError where it is not there or damaged. */
export async function loadFinishedStudy(base: string, onProgress: Loading): Promise<GivenFile[]> {
  const packed = await download(new URL(pageFiles.finishedStudy, base), onProgress);
  let files: Record<string, Uint8Array<ArrayBuffer>>;
  try {
    files = unzipSync(packed);
  } catch (error) {
    const fault = { what: "the finished study is damaged", where: pageFiles.finishedStudy, fix: RELOAD };
    throw new RunError({ ...fault, found: error instanceof Error ? error.message : String(error) }, { cause: error });
  }
  return Object.entries(files).map(([path, bytes]) => ({ path, content: new Blob([bytes]) }));
}

/** Style and script of a report's page. @throws RunError where one is not there. */
export async function loadReportAssets(base: string): Promise<PageAssets> {
  const text = async (name: string) => new TextDecoder().decode(await download(new URL(name, base), () => {}));
  const [style, script] = await Promise.all([text(pageFiles.reportStyle), text(pageFiles.reportScript)]);
  return { style, script };
}
