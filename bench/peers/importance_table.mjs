/**
 * JSON lines of importance.sh to the tables of README.md, and every neuron's values to a CSV file:
 * node importance_table.mjs README.md VALUES.csv < LINES
 */
import { readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";

const [readme, csv] = process.argv.slice(2);
const lines = (await text(process.stdin)).split("\n").filter((line) => line.startsWith("{"));
const rows = lines.map((line) => JSON.parse(line));
const of = (kind) => rows.filter((row) => row.kind === kind);

const table = (head, body) =>
  [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
/** Of an even number the lower one, so that it is one that was measured. */
const median = (numbers) => sorted(numbers)[(numbers.length - 1) >> 1];

function share(difference) {
  if (difference === 0) return "0";
  return difference < 1e-3 ? difference.toExponential(0) : difference.toPrecision(2);
}

function differences() {
  const layers = Math.max(...of("difference").map((row) => row.layers.length));
  const numbers = Array.from({ length: layers }, (_, index) => index + 1);
  const head = ["", "beside", ...numbers.flatMap((number) => [`layer ${number}`, "tau"]), "why"];
  const body = of("difference").map(({ peer, call, against, layers: own, why }) => [
    call.endsWith(", ours") ? call : `${peer}: ${call}`,
    against,
    ...own.flatMap(({ difference, tau }) => [share(difference), tau.toFixed(3)]),
    why,
  ]);
  return table(head, body);
}

/** Median milliseconds of each round, of one evaluation where a call makes several. @param clock seconds or processor */
function rounds(peer, what, clock) {
  const own = of("time").filter((row) => row.peer === peer && row.what === what);
  return own.map((row) => (1000 * median(row[clock])) / (row.evaluations ?? 1));
}

const told = {
  conductance: "conductance of all neurons, 64 steps",
  singles: "each neuron alone at zero, then at its mean",
  curves: "a curve, each evaluation of the test set, few curves",
  "many curves": "the same, many curves at once",
  taylor: "Taylor scores",
  magnitude: "magnitudes",
};
const pairs = [
  ["Captum", "conductance"],
  ["Captum", "singles"],
  ["Captum", "curves"],
  ["Captum", "curves", "many curves"],
  ["Torch-Pruning", "taylor"],
  ["Torch-Pruning", "magnitude"],
];

/** Median of the rounds' ratios, and the least and the largest. */
function ratio(ours, theirs) {
  const ratios = sorted(theirs.map((ms, round) => ms / ours[round]));
  return [median(ratios), ratios[0], ratios.at(-1)].map((x) => x.toPrecision(2));
}

function timeCells([peer, what, ourWhat = what]) {
  const [byProcessor, byClock] = ["processor", "seconds"].map((clock) => {
    const [ours, theirs] = [rounds("gpu-importance", ourWhat, clock), rounds(peer, what, clock)];
    if (ours.length === 0 || ours.length !== theirs.length) return Array(3).fill("not measured");
    const [middle, least, largest] = ratio(ours, theirs);
    return [...[ours, theirs].map((ms) => Number(median(ms).toPrecision(2))), `${middle} (${least} to ${largest})`];
  });
  return [`${peer}${what === "curves" ? " (hooks)" : ""}: ${told[ourWhat]}`, ...byProcessor, ...byClock];
}

function times() {
  const columns = (clock) => [`ours, ${clock} ms`, `peer, ${clock} ms`, "peer / ours (least to largest)"];
  const head = ["", ...columns("processor"), ...columns("clock")];
  const { threads } = of("time").find((row) => row.threads !== undefined);
  const count = rounds("gpu-importance", "conductance", "seconds").length;
  return `${table(head, pairs.map(timeCells))}\n\nMedians of ${count} ${count === 1 ? "round" : "rounds"}, in which each ran in turn; PyTorch with ${threads} threads.`;
}

function counts() {
  return of("curve").map(
    ({ layer, steps, unequal, largest }) =>
      `Layer ${layer}: ${steps - unequal} of ${steps} counts of correct samples by hooks equal ours; the largest difference is ${largest}.`,
  );
}

function values() {
  const out = ["call,beside,layer,neuron,value,other"];
  for (const { peer, call, against, values: sides } of of("difference")) {
    const names = [`${peer}: ${call}`, against].map((name) => `"${name.replaceAll('"', '""')}"`).join(",");
    sides[0].forEach((units, layer) => {
      units.forEach((value, neuron) => {
        out.push(`${names},${layer + 1},${neuron},${value},${sides[1][layer][neuron]}`);
      });
    });
  }
  return `${out.join("\n")}\n`;
}

const page = `${differences()}\n\n${counts().join("\n")}\n\n${times()}`;
const marks = ["<!-- importance -->", "<!-- end of importance -->"];
const [before, , after] = readFileSync(readme, "utf8").split(new RegExp(marks.join("|")));
if (after === undefined) throw new Error(`${readme}: expected ${marks.join(" and ")}`);
writeFileSync(readme, `${before}${marks[0]}\n${page}\n${marks[1]}${after}`);
writeFileSync(csv, values());
