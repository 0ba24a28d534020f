/** Writes the tables of registered measures and of sequences in docs/measures.md. `--check` fails where the document does not hold them. */
import { readFileSync, writeFileSync } from "node:fs";
import { sequences } from "../src/core/sequences.ts";
import { columnOf } from "../src/measures/columns.ts";
import { measures } from "../src/measures/registry.ts";
import { unitWords } from "../src/measures/units.ts";

const document = new URL("../docs/measures.md", import.meta.url);
const rows = (cells: readonly (readonly string[])[]) => cells.map((row) => ["", ...row, ""].join(" | ").trim());
const tables = {
  measures: [
    "| `--measures` | column | unit | what it says of a neuron |",
    "|---|---|---|---|",
    ...rows(
      measures.map(({ name, id, unit, meaning }) => [
        `\`${name}\``,
        `\`${columnOf(id)}\``,
        unitWords[unit].axis,
        meaning,
      ]),
    ),
  ],
  sequences: [
    "| `--measures` | in orders.csv | how it goes on |",
    "|---|---|---|",
    ...rows(sequences.map(({ name, id, meaning }) => [`\`${name}\``, `\`${id}\``, meaning])),
  ],
};

/** The text with another table between the comments of this name. */
function withTable(text: string, name: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/measures.md has no ${begin} ... ${end}`);
  return `${before}${begin}\n${lines.join("\n")}\n${end}${after}`;
}

const present = readFileSync(document, "utf8");
const wanted = Object.entries(tables).reduce((text, [name, lines]) => withTable(text, name, lines), present);
if (!process.argv.includes("--check")) {
  writeFileSync(document, wanted);
} else if (present !== wanted) {
  console.error("docs/measures.md does not hold the registered measures and sequences: npm run generate");
  process.exitCode = 1;
}
