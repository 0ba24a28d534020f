/** Writes schema/study.schema.json from the zod schema of study.json; with --check only says whether it is up to date. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { studyJsonSchema } from "../src/report/files/study-file.ts";

const file = fileURLToPath(new URL("../schema/study.schema.json", import.meta.url));
const text = `${JSON.stringify(studyJsonSchema(), null, 2)}\n`;

function written(): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

if (!process.argv.includes("--check")) {
  writeFileSync(file, text);
} else if (written() !== text) {
  console.error("schema/study.schema.json is not up to date: run npx tsx scripts/generate-schema.ts");
  process.exitCode = 1;
}
