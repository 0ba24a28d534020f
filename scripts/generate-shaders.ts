/**
 * Writes src/gpu/generated/shaders.ts from shaders/*.wgsl: source text with its parts, overrides, struct layouts and, per entry point
 * and variant, its bindings with element type and shape. `--check` fails where the committed file is out of date.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import { resolveVariant } from "../src/gpu/device/preprocess.ts";
import { withIncludes } from "./includes.ts";

const target = new URL("../src/gpu/generated/shaders.ts", import.meta.url);
const folder = new URL("../shaders/", import.meta.url);
const scalars = new Set(["f32", "u32", "i32"]);

type Reflection = InstanceType<typeof WgslReflect>;
type Variable = Reflection["storage"][number];
type TypeInfo = Variable["type"] & { format?: TypeInfo; isStruct?: boolean };

/** The variants that a shader's contract lists: `// Variants: "", A, A+B; each also with C and with D.` */
function variantNames(source: string): string[] {
  const line = source.match(/^\/\/ Variants: (.*)\.$/m)?.[1];
  if (line === undefined) return [""];
  const [base, extra] = line.split(";") as [string, string?];
  const names = base.split(",").map((name) => name.trim().replace('""', ""));
  const additions = [...(extra ?? "").matchAll(/with ([A-Z0-9_+]+)/g)].map((match) => match[1]!);
  return [
    ...names,
    ...additions.flatMap((addition) => names.map((name) => [name, addition].filter(Boolean).join("+"))),
  ];
}

/** The size of an entry's workgroup; a named constant is looked up in the text. */
function workgroupSizeOf(entry: Reflection["entry"]["compute"][number], text: string): number[] {
  const attribute = entry.attributes?.find((candidate) => candidate.name === "workgroup_size");
  const sizes = [attribute?.value ?? 1].flat().map((size) => {
    if (!Number.isNaN(Number(size))) return Number(size);
    return Number(text.match(new RegExp(`const ${size}: u32 = (\\d+)u;`))?.[1]);
  });
  return [...sizes, 1, 1].slice(0, 3);
}

/** The dimensions in the comment behind a binding: `// [replicas, samples, units]`. */
function shapeOf(source: string, name: string, file: string): string[] {
  const match = source.match(new RegExp(`var<storage[^>]*> ${name}:[^;]*;\\s*// \\[([^\\]]*)\\]`));
  if (!match) throw new Error(`${file}: storage binding ${name} has no shape comment // [a, b, ...]`);
  return match[1]!.split(",").map((dimension) => dimension.trim());
}

/** `f32` for f32 and vec4<f32>, the struct's name for structs. */
function elementOf(type: TypeInfo): string {
  const inner = type.name === "array" ? (type.format as TypeInfo) : type;
  if (scalars.has(inner.name) || inner.isStruct) return inner.name;
  return elementOf(inner.format as TypeInfo);
}

function bindingsOf(reflection: Reflection, entry: string, source: string, file: string): Record<string, object> {
  const used = reflection.entry.compute.find((candidate) => candidate.name === entry)!.resources as Variable[];
  const sorted = [...used].sort((a, b) => a.binding - b.binding);
  return Object.fromEntries(
    sorted.map((variable) => {
      const type = variable.type as TypeInfo;
      if (!reflection.storage.includes(variable)) {
        return [variable.name, { binding: variable.binding, kind: "uniform", struct: type.name }];
      }
      const kind = variable.access === "read_write" ? "storage" : "read-only-storage";
      const shape = shapeOf(source, variable.name, file);
      return [variable.name, { binding: variable.binding, kind, element: elementOf(type), shape }];
    }),
  );
}

function structsOf(reflection: Reflection): Record<string, object> {
  return Object.fromEntries(
    reflection.structs.map((struct) => [
      struct.name,
      {
        size: struct.size,
        fields: Object.fromEntries(
          struct.members.map((member) => [member.name, { offset: member.offset, type: member.type.name }]),
        ),
      },
    ]),
  );
}

function readText(path: string): string {
  return readFileSync(new URL(path, folder), "utf8");
}

function describe(file: string): object {
  const source = withIncludes(readText(file), readText);
  const variants = variantNames(source).map((name) => {
    const text = resolveVariant(source, name.split("+"));
    return { name, text, reflection: new WgslReflect(text) };
  });
  const plain = variants[0]!.reflection;
  const entries = plain.entry.compute.map((entry) => {
    const described = variants.map(({ name, text, reflection }) => {
      const own = reflection.entry.compute.find((candidate) => candidate.name === entry.name)!;
      const bindings = bindingsOf(reflection, entry.name, text, file);
      return [name, { workgroupSize: workgroupSizeOf(own, text), bindings }];
    });
    return [entry.name, { variants: Object.fromEntries(described) }];
  });
  return {
    file: `shaders/${file}`,
    overrides: Object.fromEntries(plain.overrides.map((override) => [override.name, override.type?.name ?? "u32"])),
    structs: structsOf(plain),
    entries: Object.fromEntries(entries),
    source,
  };
}

/** JSON with leaf objects and lists on one line each, so that a change in a shader shows as few lines. */
function print(value: object): string {
  const leaf = /([[{])\n\s+([^{}[\]\n]*(?:\n[^{}[\]\n]*)*)\n\s*([\]}])/g;
  const join = (_: string, open: string, body: string, close: string) =>
    `${open} ${body.replace(/\n\s+/g, " ")} ${close}`;
  const { source, ...rest } = value as { source: string };
  const facts = JSON.stringify(rest, null, 2).replace(leaf, join);
  const binding = /\{\n\s+("binding"[^\n]*)\n\s+("kind"[^\n]*)\n\s+("element"[^\n]*)\n\s+("shape"[^\n]*)\n\s+\}/g;
  return facts.replace(binding, "{ $1 $2 $3 $4 }").replace(/\n\}$/, `,\n  "source": ${JSON.stringify(source)}\n}`);
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

const files = readdirSync(folder)
  .filter((name) => name.endsWith(".wgsl"))
  .sort();
const parts = files.map(
  (file) => `export const ${camelCase(file.replace(".wgsl", ""))} = ${print(describe(file))} as const;\n`,
);
const text = `// Generated from shaders/*.wgsl by scripts/generate-shaders.ts (npm run generate). Do not edit.\n\n${parts.join("\n")}`;

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("src/gpu/generated/shaders.ts is out of date: npm run generate");
    process.exit(1);
  }
} else {
  mkdirSync(new URL(".", target), { recursive: true });
  writeFileSync(target, text);
  console.log(`${files.length} shaders`);
}
