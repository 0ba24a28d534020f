/** Which neurons an order removes. Tables, files and links hold it as text; what it means is read from `parseScope` alone. */

export const networkScopes = ["network", "network-ranked"] as const;
type NetworkScope = (typeof networkScopes)[number];

export const scopeKinds = ["layers", ...networkScopes] as const;
/** `layers`: each hidden layer by itself. `network`, `network-ranked`: all hidden neurons in one list, by value or rank. */
export type ScopeKind = (typeof scopeKinds)[number];

/**
 * One hidden layer, from 1; all hidden neurons in one list by value; or all of them by their rank within their layer, as a
 * share of its width.
 */
export type Scope = { readonly kind: "layer"; readonly layer: number } | { readonly kind: NetworkScope };

/** A scope as text: `layer1`, `layer2`, ..., `network`, `network-ranked`. */
export type ScopeText = `layer${number}` | NetworkScope;

/** For messages. */
export const SCOPES_TEXT = `layer1, layer2, ..., ${networkScopes.join(" or ")}`;

export function scopeText(scope: Scope): ScopeText {
  return scope.kind === "layer" ? `layer${scope.layer}` : scope.kind;
}

/** The one text of a hidden layer. */
export const layerScope = (layer: number): ScopeText => scopeText({ kind: "layer", layer });

/** @returns undefined where the text is not that of a scope */
export function parseScope(text: string): Scope | undefined {
  const kind = networkScopes.find((name) => name === text);
  if (kind !== undefined) return { kind };
  const layer = Number(/^layer([1-9]\d*)$/.exec(text)?.[1]);
  return Number.isSafeInteger(layer) ? { kind: "layer", layer } : undefined;
}

/** Of a text that is known to be a scope's. */
export function scopeOf(text: ScopeText): Scope {
  const scope = parseScope(text);
  if (scope === undefined) throw new Error(`${text} is not a scope`);
  return scope;
}

/** The hidden layer of a scope, from 1; undefined where it is all of them. */
export function layerOf(text: ScopeText): number | undefined {
  const scope = scopeOf(text);
  return scope.kind === "layer" ? scope.layer : undefined;
}

/** Layers in their order, then those over all layers. */
export function byScope(a: ScopeText, b: ScopeText): number {
  const place = (text: ScopeText) => {
    const scope = scopeOf(text);
    return scope.kind === "layer" ? [0, scope.layer] : [1, networkScopes.indexOf(scope.kind)];
  };
  const [first, second] = [place(a), place(b)];
  return first[0]! - second[0]! || first[1]! - second[1]!;
}

/** `layer1` ... `layerN`, then the scopes over all layers. */
export function scopesOf(hiddenLayers: number, kinds: readonly ScopeKind[]): ScopeText[] {
  const layers = Array.from({ length: hiddenLayers }, (_, index) => layerScope(index + 1));
  return [...(kinds.includes("layers") ? layers : []), ...networkScopes.filter((scope) => kinds.includes(scope))];
}
