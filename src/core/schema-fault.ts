/** What a zod error says, in the words of a RunError: where in the value, what was expected, what stands there. */

/** As much of a `z.ZodError` as is read here; the package itself is not imported. */
interface SchemaError {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

interface SchemaFault {
  /** For example `repeats[3].testLoss`; empty where the value itself does not fit. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
  /** Number of further issues. */
  readonly more: number;
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}

/** Names containers only: a damaged file can nest them deeper than the stack. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** The first issue of `error`, which came from parsing `value`. */
export function schemaFault(error: SchemaError, value: unknown): SchemaFault {
  const { path, message } = error.issues[0]!;
  const found = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  return { path: jsonPath(path), expected: message, found: shown(found), more: error.issues.length - 1 };
}
