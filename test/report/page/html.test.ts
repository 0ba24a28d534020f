/** Text from files becomes text of the page, whatever is in it. */
import { describe, expect, test } from "vitest";
import { html, jsonElement, rawElement, svgMarkup } from "../../../src/report/page/html.ts";

const hostile = `<img src=x onerror="alert('1')"> & co`;
const harmless = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co";

describe("a template", () => {
  test("escapes text in elements and in quoted attributes", () => {
    expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(`<p title="${harmless}">${harmless}</p>`);
  });

  test("takes templates as they are, lists one after another, and leaves out what is undefined", () => {
    const items = [hostile, "b"].map((item) => html`<li>${item}</li>`);
    expect(html`<ul>${items}</ul>${undefined}${0}`.text).toBe(`<ul><li>${harmless}</li><li>b</li></ul>0`);
  });

  test("escapes the texts of a list", () => {
    expect(html`${["<", [">"]]}`.text).toBe("&lt;&gt;");
  });
});

describe("elements with literal text", () => {
  test("hold data that reads back, and that cannot end the element", () => {
    const data = { name: "</script><script>alert(1)</script>", more: ["<!--", "\u2028"] };
    const element = jsonElement("figure-1-specification", data).text;
    expect(element.match(/<\/script>/g)).toHaveLength(1);
    expect(element).not.toContain("<!--");
    const [, json] = /^<script type="application\/json" id="figure-1-specification">(.*)<\/script>$/s.exec(element)!;
    expect(JSON.parse(json!)).toEqual(data);
  });

  test("refuse a style or script that would end early", () => {
    expect(rawElement("style", "a > b{}").text).toBe("<style>a > b{}</style>");
    expect(() => rawElement("style", "a{}</STYLE>")).toThrow("end tag");
    expect(() => rawElement("script", 'f("</script>")')).toThrow("end tag");
  });

  test("take a picture without what stands before it", () => {
    expect(svgMarkup('<?xml version="1.0"?>\n<svg width="1"></svg>').text).toBe('<svg width="1"></svg>');
  });
});
