/**
 * What a file of named tensors holds where its layers are no one chain: copies of one network, as of moving averages, or more
 * layers than a chain has, as a second head.
 */
import { greatest } from "../core/long-arrays.ts";

/** A layer as its name and its shape have it. */
interface NamedShape {
  /** `net.0`, `ema.net.0`. */
  readonly name: string;
  /** Of its weights, [rows, columns]. */
  readonly shape: readonly number[];
}

interface SeveralChains {
  readonly what: string;
  readonly found: string;
  readonly fix: string;
}

/** Two layers alone say nothing: of them, either is a chain. */
const LEAST_CHAIN = 2;
/** Groups of more parts than this are not looked for. */
const MOST_GROUPS = 64;

/** Names by everything in front of their last parts, for each number of parts that is cut off. */
function groupings(names: readonly string[]): Map<string, string[]>[] {
  const parts = names.map((name) => name.split("."));
  const depth = greatest(parts.map(({ length }) => length));
  return Array.from({ length: depth }, (_, cut) => {
    const groups = new Map<string, string[]>();
    for (const [index, name] of names.entries()) {
      const prefix = parts[index]!.slice(0, cut + 1).join(".");
      groups.set(prefix, [...(groups.get(prefix) ?? []), name]);
    }
    return groups;
  });
}

/** Layers of the same names behind another prefix, of the same shapes: `net.0, net.2` and `ema.0, ema.2`. */
function copies(layers: readonly NamedShape[], groups: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const shapes = new Map(layers.map(({ name, shape }) => [name, shape.join()]));
  const described = [...groups].map(([prefix, names]) =>
    names
      .map((name) => `${name.slice(prefix.length)} ${shapes.get(name)}`)
      .sort()
      .join("; "),
  );
  const alike = described.every((one) => one === described[0]);
  const whole = [...groups.values()].every((names) => names.length > 1);
  return groups.size > 1 && alike && whole ? [...groups.keys()] : undefined;
}

/** `ema.shadow.net.0`, where the other copy is `net.0`. */
function prefixedCopies(layers: readonly NamedShape[]): string[] | undefined {
  const prefixes = layers.map(({ name, shape }) => {
    const outer = layers.find((other) => name.endsWith(`.${other.name}`) && other.shape.join() === shape.join());
    return outer && name.slice(0, -outer.name.length - 1);
  });
  const inner = prefixes.filter((prefix) => prefix !== undefined);
  const [prefix, another] = new Set(inner);
  const all = another === undefined && inner.length * 2 === layers.length;
  return prefix !== undefined && all ? ["", prefix] : undefined;
}

const shown = (prefixes: readonly string[]) =>
  prefixes.map((prefix) => (prefix === "" ? "(no prefix)" : `${prefix}.*`)).join(", ");

/**
 * @param chains whether layers of these names form a chain; undefined where all do, in more than one order
 * @returns undefined where it is neither
 */
export function severalChains(
  layers: readonly NamedShape[],
  chains: ((names: ReadonlySet<string>) => boolean) | undefined,
): SeveralChains | undefined {
  const names = layers.map(({ name }) => name);
  const levels = groupings(names).filter(({ size }) => size > 1 && size <= MOST_GROUPS);
  const copied =
    prefixedCopies(layers) ?? levels.map((groups) => copies(layers, groups)).find((one) => one !== undefined);
  if (copied !== undefined) {
    return {
      what: `the file holds ${copied.length} copies of a network (a moving average, or an ensemble)`,
      found: shown(copied),
      fix: `save one of them alone: {name: tensor for name, tensor in state_dict.items() if name.startswith('${copied.at(-1)}.')}`,
    };
  }
  if (chains === undefined) return undefined;
  for (const groups of [...levels, new Map(names.map((name) => [name, [name]]))]) {
    for (const [prefix, members] of groups) {
      const others = new Set(names.filter((name) => !members.includes(name)));
      if (others.size < LEAST_CHAIN || !chains(others)) continue;
      return {
        what: `the file holds layers beside a chain: ${prefix === members[0] ? prefix : `${prefix}.*`} (a second head, a branch or another copy)`,
        found: `a chain without them: ${[...others].join(", ")}`,
        fix: "save the layers from the input to the one output that is to be studied, without the others",
      };
    }
  }
  return undefined;
}
