/** What a report is made of, and that it stays small where a study is large. */
import { describe, expect, test } from "vitest";
import type { FileSource } from "../../src/core/platform.ts";
import { loadReportAssets } from "../../src/platform/node/report-assets.ts";
import { analyse } from "../../src/report/analysis/analyse.ts";
import type { StudyFiles } from "../../src/report/analysis/analysis.ts";
import { figuresOf } from "../../src/report/figures/figures.ts";
import { readStudyFiles } from "../../src/report/files/read-study.ts";
import { resultFiles } from "../../src/report/files/result-files.ts";
import { makeReport } from "../../src/report/report.ts";
import { madeUpStudyFiles } from "./made-up-classes.ts";
import { madeUpStudy, textOf } from "./made-up-study.ts";

const whole = madeUpStudyFiles("a");

/** `1` to `7`, and `answer`. */
function figureNames(files: StudyFiles): string[] {
  return figuresOf(analyse(files), files).map(({ id }) => id.replace("figure-", ""));
}

describe("a part that is missing", () => {
  /** What readStudyFiles says a folder without these files lacks. */
  async function costWithout(pattern: RegExp): Promise<string> {
    const kept = resultFiles(madeUpStudy()).filter(({ name }) => !pattern.test(name));
    const files = new Map(
      kept.map(({ name, chunks }) => [name, Buffer.concat([...chunks].map((chunk) => Buffer.from(chunk)))]),
    );
    const folderOf = (name: string) => (name.includes("/") ? name.split("/")[0] : undefined);
    const source: FileSource = {
      label: "a",
      list: async (below) =>
        [...files.keys()].filter((name) => folderOf(name) === below).map((name) => name.split("/").at(-1)!),
      read: async (name) => files.get(name)!,
      gunzip: async (bytes) => bytes,
    };
    return (await readStudyFiles(source, "a")).missing.map(({ cost }) => cost).join();
  }

  test.each([
    ["study", /^study\.json$/, ["study"]],
    ["neurons", /^neurons\.csv$/, ["neurons"]],
    ["orders", /^orders\.csv$/, ["orders", "curves"]],
    ["curves", /^curves\.csv$/, ["curves"]],
    ["single removals", /^single\.csv$/, ["singles"]],
    ["networks", /^models\//, ["networks"]],
  ] as const)("costs the figures that its message names: %s", async (_, pattern, parts) => {
    const rest = Object.fromEntries(Object.entries(whole).filter(([part]) => !parts.some((name) => name === part)));
    const left = figureNames(rest as unknown as StudyFiles);
    const lost = figureNames(whole).filter((figure) => !left.includes(figure));
    const named = (await costWithout(pattern)).match(/\bthe answer|\bfigures? [\d, and]+/g)?.join() ?? "";
    expect([...named.matchAll(/answer|\d/g)].map(([name]) => name)).toEqual(lost);
    expect(lost.length).toBeGreaterThan(0);
  });
});

describe("a report", () => {
  test("holds the page, tables for programs, and each figure as picture and specification; the page comes last", async () => {
    const names = (await makeReport([whole], { style: "", script: "" })).map(({ name }) => name);
    const ids = ["answer", ...[1, 2, 3, 4, 5, 6, 7].map((number) => `figure-${number}`)];
    const figures = ids.flatMap((id) => [`figures/${id}.svg`, `figures/${id}.vl.json`]);
    expect(names).toEqual(["summary.csv", "claims.json", ...figures, "report.html"]);
  });

  test("of 50 networks with 200 neurons stays under 5 MB", async () => {
    const large = madeUpStudyFiles("large", { repeats: 50, hidden: [100, 100], randomDraws: 5 });
    const files = await makeReport([large], await loadReportAssets());
    const page = textOf(files.find(({ name }) => name === "report.html")!.chunks);
    expect(figureNames(large)).toHaveLength(8);
    expect(Buffer.byteLength(page)).toBeLessThan(5e6);
  });
});
