/** Writes the table of registered measures in docs/measures.md. `--check` fails where the document does not hold them. */
import { readFileSync, writeFileSync } from "node:fs";
import { columnOf } from "../src/measures/columns.ts";
import { measures } from "../src/measures/registry.ts";
import { unitWords } from "../src/measures/units.ts";

const document = new URL("../docs/measures.md", import.meta.url);
const [begin, end] = ["<!-- measures -->", "<!-- end of measures -->"] as const;

const rows = measures.map(({ name, id, unit, meaning }) =>
  ["", `\`${name}\``, `\`${columnOf(id)}\``, unitWords[unit].axis, meaning, ""].join(" | ").trim(),
);
const table = ["| `--measures` | column | unit | what it says of a neuron |", "|---|---|---|---|", ...rows].join("\n");
const present = readFileSync(document, "utf8");
const [before, rest] = present.split(begin);
const after = rest?.split(end)[1];
if (before === undefined || after === undefined) throw new Error(`docs/measures.md has no ${begin} ... ${end}`);
const wanted = `${before}${begin}\n${table}\n${end}${after}`;
if (!process.argv.includes("--check")) {
  writeFileSync(document, wanted);
} else if (present !== wanted) {
  console.error("docs/measures.md does not hold the registered measures: npm run generate");
  process.exitCode = 1;
}
