/** The forms that the kernels of products come in, and which of them is in use: see shaders/forward.wgsl. */

/** `plain`: register tiles. `subgroup`: a subgroup shares its loads. `shared`: tiles in workgroup memory. */
export const tileForms = ["plain", "subgroup", "shared"] as const;
export type TileForm = (typeof tileForms)[number];

/** The products, by their entry points. */
export const products = ["forward_layer", "hidden_delta", "update_parameters"] as const;
export type Product = (typeof products)[number];

/** The form of each product. They differ in rounding: bits are equal only between runs with equal forms. */
export type TileForms = Readonly<Record<Product, TileForm>>;

/** `forward_layer=shared,hidden_delta=plain,update_parameters=shared`, as `--tiles` takes it. */
export function tilesText(tiles: TileForms): string {
  return products.map((name) => `${name}=${tiles[name]}`).join(",");
}

/** What people may write for a product, beside its name. */
const shortNames: Readonly<Record<Product, string>> = {
  forward_layer: "forward",
  hidden_delta: "delta",
  update_parameters: "update",
};

/** A form for each product, as messages say what `parseTiles` reads. */
export const EACH_TILE = products.map((name) => `${name}=FORM`).join(",");

/** One form for all products, or `EACH_TILE` with the products in any order; undefined for any other text. */
export function parseTiles(text: string): TileForms | undefined {
  const formNamed = (name: string) => tileForms.find((form) => form === name.trim());
  const one = formNamed(text);
  if (one !== undefined) return everyProduct(one);
  const parts = text.split(",").map((part) => part.split("="));
  const formOf = (product: Product): TileForm | undefined => {
    const own = parts.filter(([name]) => [product, shortNames[product]].includes(name!.trim()));
    return own.length === 1 && own[0]!.length === 2 ? formNamed(own[0]![1]!) : undefined;
  };
  const forms = products.map((product) => [product, formOf(product)] as const);
  const whole = parts.length === products.length && forms.every(([, form]) => form !== undefined);
  return whole ? (Object.fromEntries(forms) as TileForms) : undefined;
}

/** All products in one form. */
export function everyProduct(form: TileForm): TileForms {
  return { forward_layer: form, hidden_delta: form, update_parameters: form };
}
