/** JSON lines of pairs.sh to its table in README.md: node pairs_table.mjs README.md < LINES */
import { readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

const [readme] = process.argv.slice(2);
const rows = (await text(process.stdin))
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const ours = new Map(rows.filter(({ peer }) => peer === "gpu-importance").map((row) => [row.place, row]));
const theirs = rows.filter(({ peer }) => peer === "dit");

const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
/** Of an even number the lower one, so that it is one that was measured. */
const median = (numbers) => sorted(numbers)[(numbers.length - 1) >> 1];
const table = (head, body) =>
  [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const two = (number) => Number(number.toPrecision(2)).toLocaleString("en", { maximumSignificantDigits: 2 });
/** Bits; what is 0 up to rounding as such. */
const bits = (number) => (Math.abs(number) < 1e-3 ? number.toExponential(0) : number.toFixed(4));

const head = ["dit", "pairs", "seconds a pair", "ours", "dit / ours (least to largest)"];
const more = ["its minimum less ours, bits", "least redundancy", "least synergy"];
const body = [...new Set(theirs.map(({ method }) => method))].map((method) => {
  const own = theirs.filter((row) => row.method === method);
  const ratios = sorted(own.map((row) => row.processor / ours.get(row.place).seconds));
  const apart = sorted(own.map((row) => row.least - ours.get(row.place).least));
  const least = (part) => bits(Math.min(...own.map((row) => row[part])));
  return [
    `\`${method}\``,
    own.length,
    two(median(own.map(({ processor }) => processor))),
    two(median(own.map(({ place }) => ours.get(place).seconds))),
    `${two(median(ratios))} (${two(ratios[0])} to ${two(ratios.at(-1))})`,
    `${bits(apart[0])} to ${bits(apart.at(-1))}`,
    least("redundancy"),
    least("synergy"),
  ];
});
const least = (part) => bits(Math.min(...[...ours.values()].map((row) => row[part])));
const note = `Ours: least redundancy ${least("redundancy")}, least synergy ${least("synergy")}.`;

const [begin, end] = ["<!-- pairs -->", "<!-- end of pairs -->"];
const page = readFileSync(readme, "utf8");
const [from, to] = [page.indexOf(begin), page.indexOf(end)];
if (from < 0 || to < from) throw new Error(`${readme} has no ${begin} before ${end}`);
writeFileSync(
  readme,
  `${page.slice(0, from + begin.length)}\n${table([...head, ...more], body)}\n\n${note}\n${page.slice(to)}`,
);
