/** A value of any kind in a few words, for messages: what was found where something else was expected. */

/** Longest text that is shown of a value. */
const MOST_CHARACTERS = 60;
/** An object with more fields is not spelled out. */
const MOST_FIELDS = 4;

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}...` : text;
}

/** `Float32Array`, or the name of a class; undefined for plain objects. */
function kindOf(value: object): string | undefined {
  const made: unknown = value.constructor;
  return typeof made === "function" && made !== Object && made.name !== "" ? made.name : undefined;
}

function isLeaf(value: unknown): boolean {
  return value === null || !["object", "function"].includes(typeof value);
}

/** `{ mean: 0, std: 1 }` where that is short, else `an object`. */
function shownFields(value: object): string {
  const fields = Object.entries(value);
  if (fields.length > MOST_FIELDS || !fields.every(([, field]) => isLeaf(field))) return "an object";
  const text = fields.map(([name, field]) => `${name}: ${shownValue(field)}`).join(", ");
  return text === "" ? "{}" : cut(`{ ${text} }`);
}

/** Names containers and says their lengths; values of other kinds are shown as they are written. */
export function shownValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return cut(JSON.stringify(value));
  if (typeof value === "bigint") return cut(`${value}n`);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return cut(String(value));
  if (Array.isArray(value)) return `an array of ${value.length}`;
  const kind = kindOf(value);
  if (ArrayBuffer.isView(value)) return `a ${kind} of ${"length" in value ? value.length : value.byteLength}`;
  return kind === undefined ? shownFields(value) : `a ${kind}`;
}
