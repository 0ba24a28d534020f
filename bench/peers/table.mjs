/** JSON lines on stdin to one table, stage by stage, fastest first, each beside gpu-importance. */
import { text } from "node:stream/consumers";

const lines = (await text(process.stdin)).split("\n").filter((line) => line.startsWith("{"));
const rows = lines.map((line) => JSON.parse(line));
const stages = [...new Set(rows.map(({ stage }) => stage))];
const cells = stages.flatMap((stage) => {
  const own = rows.filter((row) => row.stage === stage).sort((a, b) => b.samplesPerSecond - a.samplesPerSecond);
  const ours = own.find(({ peer }) => peer === "gpu-importance");
  return own.map(({ peer, seconds, samplesPerSecond, accuracy }) => [
    stage,
    peer,
    seconds.toFixed(2),
    samplesPerSecond.toFixed(0),
    ours === undefined ? "-" : `${(ours.samplesPerSecond / samplesPerSecond).toFixed(2)}x`,
    typeof accuracy === "number" ? accuracy.toFixed(4) : "-",
  ]);
});
const table = [["stage", "peer", "seconds", "samples/s", "we are", "accuracy"], ...cells];
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
const left = 2; // columns that are text
for (const row of table) {
  const padded = row.map((cell, column) =>
    column < left ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
  );
  console.log(padded.join("  ").trimEnd());
}
