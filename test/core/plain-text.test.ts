/** What may be shown of text that comes from elsewhere. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RunError } from "../../src/core/errors.ts";
import { jsonText, LONGEST_LINE, plainLine, plainName, plainText } from "../../src/core/plain-text.ts";
import { endless, expectShowable, hostile } from "../support/hostile-text.ts";

describe("a line", () => {
  test.each([
    [
      "plain letters, accents and signs: Zażółć, 数字, ½ ≤ 3, 🙂, ❤️",
      "plain letters, accents and signs: Zażółć, 数字, ½ ≤ 3, 🙂, ❤️",
    ],
    ["\u001b]0;x\u0007", "\\u001b]0;x\\u0007"],
    ["a\nb\tc\rd", "a\\nb\\tc\\rd"],
    ["a\u2028b\u2029", "a\\u2028b\\u2029"],
    ["\u202egnp.exe", "\\u202egnp.exe"],
    ["\u009b31m\u007f", "\\u009b31m\\u007f"],
    ["a\u200bb\u200dc\ufeff\u00ad", "a\\u200bb\\u200dc\\ufeff\\u00ad"],
    ["\ud800 and \udc00", "\\ud800 and \\udc00"],
    ["a tag: \u{e0041}", "a tag: \\udb40\\udc41"],
  ])("spells out what cannot be seen: %j", (text, shown) => {
    expect(plainLine(text)).toBe(shown);
  });

  test("that is too long keeps both ends and says how long it was", () => {
    const shown = plainLine(`begin ${endless} end`);
    expect(shown).toMatch(
      /^begin endless .* \.\.\. \(10000010 characters\) \.\.\..* end$|^begin .*\(10000010 characters\).* end$/,
    );
    expect(shown.length).toBeLessThanOrEqual(LONGEST_LINE);
    expect(plainName(hostile.repeat(100_000)).length).toBeLessThanOrEqual(60);
  });

  test("shown again is the same, whatever it was", () => {
    const any = fc
      .array(fc.constantFrom(..."ab 🙂\u001b\u2028\u202e\ud800\n\\"), { maxLength: 900 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(any, (text) => {
        expectShowable(plainLine(text));
        expect(plainLine(text).length).toBeLessThanOrEqual(LONGEST_LINE);
        expect(plainLine(plainLine(text))).toBe(plainLine(text));
      }),
      { numRuns: 300 },
    );
  });
});

test("JSON keeps its meaning, and can be looked at", () => {
  const value = { name: hostile, list: ["\n", "\\u202e", 1.5, null], [hostile]: true };
  expect(JSON.parse(jsonText(value))).toEqual(value);
  expect(jsonText(value)).not.toMatch(/[\u0080-\u009f\u200b-\u202e\ufeff]/);
  expect(plainText("one\ntwo\u0007")).toBe("one\ntwo\\u0007");
});

describe("a fault", () => {
  const fault = {
    what: `what ${hostile}`,
    where: endless,
    expected: hostile,
    found: endless,
    kept: hostile,
    fix: hostile,
  };

  test("shows nothing of it as it came", () => {
    const error = new RunError(fault);
    expectShowable(error.message);
    for (const text of Object.values(error.fault)) expectShowable(text);
    expect(new RunError(error.fault).message).toBe(error.message);
  });

  test("cannot be made to say another fix: lines of a field stand below it", () => {
    const { message } = new RunError({ what: "one\n  to do:    no", found: "two\n  to do:    harm", fix: "three" });
    expect(message.match(/^ {2}to do: {4}.*$/gm)).toEqual(["  to do:    three"]);
    expect(new RunError({ what: "w", found: "\n".repeat(1e6) }).message.split("\n").length).toBeLessThan(50);
  });

  test("keeps lines of ours", () => {
    const { message } = new RunError({ what: "w", expected: "one\n            or two" });
    expect(message).toBe("w\n  expected: one\n            or two");
  });
});
