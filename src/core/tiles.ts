/** The forms that the kernels of products come in, and which of them is in use: see shaders/forward.wgsl. */

/** `plain`: register tiles. `subgroup`: a subgroup shares its loads. `shared`: tiles in workgroup memory. */
export const tileForms = ["plain", "subgroup", "shared"] as const;
export type TileForm = (typeof tileForms)[number];

/** The products, by their entry points. */
export const products = ["forward_layer", "hidden_delta", "update_parameters"] as const;
export type Product = (typeof products)[number];

/** The form of each product. They differ in rounding: bits are equal only between runs with equal forms. */
export type TileForms = Readonly<Record<Product, TileForm>>;

/** All products in one form. */
export function everyProduct(form: TileForm): TileForms {
  return { forward_layer: form, hidden_delta: form, update_parameters: form };
}
