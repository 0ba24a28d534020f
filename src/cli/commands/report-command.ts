/** `gpu-importance report`: result files to a page, figures and tables; also what `run` does at its end. */
import { basename, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { RunError, UsageError } from "../../core/errors.ts";
import { type ResultSink, resultNames } from "../../core/platform.ts";
import { folderSource } from "../../platform/node/files.ts";
import { loadReportAssets } from "../../platform/node/report-assets.ts";
import { openReportFolder } from "../../platform/node/results-folder.ts";
import type { MissingPart } from "../../report/analysis/analysis.ts";
import { openInBrowser } from "../display/open-in-browser.ts";
import { tell } from "../display/standard-streams.ts";
import { addMessageOptions } from "../options/device-options.ts";
import { argumentOf, under, withExamples } from "../options/help.ts";
import { text } from "../options/option-values.ts";
import { endInOrder } from "../results/interruption.ts";
import { removeIfEmpty } from "../results/made-folders.ts";

interface ReportOptions {
  readonly out?: string;
  readonly open?: boolean;
  readonly quiet?: boolean;
}

/** Takes lines for people. */
type Tell = (line: string) => void;

function missingLine(folder: string, { file, reason, cost }: MissingPart): string {
  return `missing: ${join(folder, file)} (${reason}); left out: ${cost}`;
}

/**
 * Reads the results in `folders` and writes a report of all of them.
 * @throws RunError where results cannot be read or are damaged, or the report cannot be written.
 */
async function writeReport(folders: readonly string[], sink: ResultSink, tell: Tell): Promise<void> {
  // Vega and all that the report needs take a while to load, so commands that make no report do without.
  const { makeReport } = await import("../../report/report.ts");
  const { readStudyFiles } = await import("../../report/files/read-study.ts");
  const assets = await loadReportAssets();
  const studies = [];
  const names = folders.map((folder) => basename(resolve(folder)));
  for (const [index, folder] of folders.entries()) {
    const label = names.filter((name) => name === names[index]).length === 1 ? names[index]! : folder;
    const study = await readStudyFiles(folderSource(folder), label);
    for (const part of study.missing) tell(missingLine(folder, part));
    studies.push(study);
  }
  for (const file of await makeReport(studies, assets)) await sink.write(file);
  tell(`report:  ${reportPath(sink)}`);
}

function reportPath({ label }: ResultSink): string {
  return join(label, resultNames.report);
}

/**
 * The report of a run whose results are written: whatever becomes of it, they stay. Its path is the last that is told.
 * @param open whether it is shown in the browser
 * @throws RunError as writeReport does, which then says so.
 */
export async function reportOfRun(out: string, sink: ResultSink, tell: Tell, open: boolean): Promise<void> {
  try {
    await writeReport([out], sink, tell);
    if (open) await openInBrowser(reportPath(sink));
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    const kept = `all results in ${out}; gpu-importance report ${out} makes the report from them`;
    throw new RunError({ ...error.fault, kept }, { cause: error });
  }
}

/** Where the report goes: beside the results it is of, unless it is of several. */
function reportFolder(folders: readonly string[], out: string | undefined): string {
  const [only, ...more] = folders;
  if (out !== undefined || more.length === 0) return out ?? only!;
  throw new UsageError({
    what: "a report of several studies needs a folder of its own",
    expected: "--out <folder>",
    found: `${folders.length} folders and no --out`,
    fix: `gpu-importance report ${folders.join(" ")} --out comparison`,
  });
}

export function completeReport(command: Command): void {
  argumentOf(command, "folders of results, as run writes them");
  under(command, "results")
    .addOption(
      new Option("--out <folder>", "folder of the report (default: that of the results)").argParser(text("a path")),
    )
    .option("--open", "open the report in the default browser");
  addMessageOptions(command, { quiet: "nothing on stderr but errors" }).action(
    async (folders: string[], { out, quiet, open }: ReportOptions) => {
      const told = { kept: "all results; the report may be in part", fix: "the same command makes it anew" };
      endInOrder(
        () => {},
        () => told,
      );
      const say = (line: string) => {
        if (quiet !== true) tell(line);
      };
      const to = reportFolder(folders, out);
      for (const folder of folders) await folderSource(folder).list(); // Before a folder of that name is made.
      removeIfEmpty(to);
      // The folder first: its results must not change while they are read.
      using sink = await openReportFolder(to, { tell: say });
      await writeReport(folders, sink, say);
      if (open === true) await openInBrowser(reportPath(sink));
    },
  );
  withExamples(command, "report", [
    { what: "The report of one study, made again", line: "report results/first --open" },
    {
      what: "Two studies side by side",
      line: "report results/sigmoid results/relu --out results/compared",
    },
  ]);
}
