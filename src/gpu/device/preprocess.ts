/** Resolves the `#if FLAG` variants of a shader with wgsl-preprocessor, whose tag is called as a function. */
import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";

const condition = /#(if|elif) +([A-Z0-9_]+)/g;

/** The text with every `#if` decided: a flag is on when `enabled` holds it. Line numbers are those of the result. */
export function resolveVariant(source: string, enabled: readonly string[]): string {
  const strings: string[] = [];
  const values: boolean[] = [];
  let end = 0;
  for (const match of source.matchAll(condition)) {
    strings.push(`${source.slice(end, match.index)}#${match[1]} `);
    values.push(enabled.includes(match[2]!));
    end = match.index + match[0].length;
  }
  strings.push(source.slice(end));
  return wgsl(Object.assign(strings, { raw: strings }), ...values);
}
