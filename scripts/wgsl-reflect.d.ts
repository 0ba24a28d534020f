/** The package's own types are published for another entry file. */
declare module "wgsl_reflect/wgsl_reflect.module.js" {
  export * from "wgsl_reflect/types/index.js";
}
