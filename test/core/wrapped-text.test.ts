/** Lines for people, broken where the terminal ends. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { wrappedLine } from "../../src/core/wrapped-text.ts";

const words = fc.array(fc.stringMatching(/^[a-z:]{1,20}$/), { minLength: 1, maxLength: 40 });
const labels = fc.constantFrom("", "  found:    ", "note:    ", "            ", "gpu-importance: ", "  train    ");

test("no line is longer, and no word is lost or broken", () => {
  fc.assert(
    fc.property(labels, words, fc.integer({ min: 40, max: 120 }), (label, text, columns) => {
      const lines = wrappedLine(`${label}${text.join(" ")}`, columns);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
      expect(lines.join(" ").split(/ +/).filter(Boolean)).toEqual(
        `${label}${text.join(" ")}`.split(/ +/).filter(Boolean),
      );
    }),
  );
});

test("what goes on stands below the text after a label, or further in than the line", () => {
  expect(wrappedLine(`  found:    ${"word ".repeat(12)}end`, 40)).toEqual([
    "  found:    word word word word word",
    "            word word word word word",
    "            word word end",
  ]);
  expect(wrappedLine(`${"word ".repeat(9)}end`, 40)).toEqual([
    "word word word word word word word word",
    "    word end",
  ]);
  expect(wrappedLine(`            ${"word ".repeat(6)}end`, 40)).toEqual([
    "            word word word word word",
    "            word end",
  ]);
});

test("a path that is longer than a line stays whole", () => {
  const path = `/${"folder/".repeat(12)}file.csv`;
  expect(wrappedLine(`note:    see ${path} there`, 60)).toEqual(["note:    see", `         ${path}`, "         there"]);
});

test("a terminal of a few columns does not end in a word a line, and hidden characters are shown", () => {
  expect(wrappedLine("one two three four five six seven", 3)).toEqual(["one two three four five six seven"]);
  expect(wrappedLine("a\u001b[2Jb\nc")).toEqual(["a\\u001b[2Jb\\nc"]);
});
