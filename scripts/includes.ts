/** Puts the text of shaders/parts into the shaders that ask for it: `#include "parts/x.wgsl"` on a line of its own. */

const include = /^#include "([^"]+)"$/gm;

/** The shader with every `#include` replaced by the file's text, in which further ones are. @param read by that path */
export function withIncludes(source: string, read: (path: string) => string): string {
  return source.replace(include, (_, path: string) => withIncludes(read(path).trimEnd(), read));
}
