/** Habits of the code that no linter here knows: literals are not spread, parameters have names, nothing is exported for nobody. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const MOST_PARAMETERS = 5;

/** TypeScript below a folder: path relative to the root, to what it says. */
function parsed(folder: string): ts.SourceFile[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => /\.(ts|tsx|mts)$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(folder, name).replaceAll("\\", "/"))
    .map((path) => parse(path, readFileSync(join(root, path), "utf8")));
}

const parse = (path: string, text: string) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);

function everyNode(file: ts.SourceFile): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return nodes;
}

const lineOf = (node: ts.Node) => {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
};

/** An object or array that is made only to be taken apart: its parts can stand where the spread stands. */
function spreadsLiteral(node: ts.Node): boolean {
  if (!ts.isSpreadAssignment(node) && !ts.isSpreadElement(node)) return false;
  return ts.isObjectLiteralExpression(node.expression) || ts.isArrayLiteralExpression(node.expression);
}

function takesTooMany(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && !ts.isFunctionTypeNode(node) && node.parameters.length > MOST_PARAMETERS;
}

/** @param isTest its helpers may take rows of values as they come */
const breaches = (file: ts.SourceFile, isTest = false) =>
  everyNode(file).flatMap((node) => [
    ...(spreadsLiteral(node) ? [`${lineOf(node)} spreads a literal: write what is in it`] : []),
    ...(!isTest && takesTooMany(node)
      ? [`${lineOf(node)} has more than ${MOST_PARAMETERS} parameters: take an object`]
      : []),
  ]);

const isExported = (node: ts.Node) =>
  ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;

/** Names that a file declares with `export`. */
function exportsOf(file: ts.SourceFile): string[] {
  return file.statements.filter(isExported).flatMap((statement) => {
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText());
    const { name } = statement as ts.DeclarationStatement;
    return name === undefined ? [] : [name.getText()];
  });
}

/** Names that a file takes from others, under the names that those give them; `*` where it takes all of them. */
function takenFrom(file: ts.SourceFile): string[] {
  return everyNode(file).flatMap((node) => {
    if (ts.isImportSpecifier(node) || ts.isExportSpecifier(node)) return [(node.propertyName ?? node.name).text];
    // `const { run } = await import(...)` and `(await import(...)).run`
    if (ts.isBindingElement(node)) return [(node.propertyName ?? node.name).getText()];
    if (ts.isPropertyAccessExpression(node)) return [node.name.text];
    if (ts.isImportTypeNode(node) && node.qualifier) return [node.qualifier.getText()];
    return [];
  });
}

/** Types that no file imports but declarations have to name, those of what others infer from them. */
const namedByDeclarations = ["Field", "GradientsCollector", "PathCollector"];

/** Exports that no other file takes: by name, so that of two of one name both count as taken. */
function unusedExports(files: readonly ts.SourceFile[], readers: readonly ts.SourceFile[]): string[] {
  const takers = new Map<string, Set<string>>();
  for (const file of readers)
    for (const name of takenFrom(file)) takers.set(name, (takers.get(name) ?? new Set()).add(file.fileName));
  const isOurs = ({ fileName }: ts.SourceFile) => fileName !== "src/index.ts"; // What it exports is for others to import.
  return files.filter(isOurs).flatMap((file) =>
    exportsOf(file)
      .filter((name) => !namedByDeclarations.includes(name))
      .filter((name) => [...(takers.get(name) ?? [])].every((taker) => taker === file.fileName))
      .map((name) => `${file.fileName} exports ${name}, which nobody imports`),
  );
}

const ours = ["src", "web"].flatMap(parsed).filter(({ fileName }) => !fileName.startsWith("web/public/"));
const others = ["test", "scripts", "bench", "examples"].flatMap(parsed);

test("the code spreads no literal, and takes an object where it has much to take", () => {
  const isTest = ({ fileName }: ts.SourceFile) => fileName.startsWith("test/");
  expect([...ours, ...others].flatMap((file) => breaches(file, isTest(file)))).toEqual([]);
});

test("what is exported is imported", () => {
  expect(ours.length).toBeGreaterThan(300);
  expect(unusedExports(ours, [...ours, ...others])).toEqual([]);
});

test("breaches would be found", () => {
  const found = (text: string) => breaches(parse("a.ts", text));
  expect(found("f({ a, ...{ b, c } })")).toEqual(["a.ts:1 spreads a literal: write what is in it"]);
  expect(found("\nconst all = [...[1, 2], ...rest];")).toEqual(["a.ts:2 spreads a literal: write what is in it"]);
  expect(found("const all = [...[1, 2].map(f), ...(a ? [b] : [])];")).toEqual([]);
  const six = "a.ts:1 has more than 5 parameters: take an object";
  expect(found("function f(a, b, c, d, e, g) {}")).toEqual([six]);
  expect(found("const f = (a, b, c, d, e, g) => {}")).toEqual([six]);
  expect(found("class A { constructor(a, b, c, d, e, g) {} }")).toEqual([six]);
  expect(found("function f({ a, b, c, d, e, g }, h, i, j, k) {}")).toEqual([]);
});

test("an export of nobody's would be found", () => {
  const files = [
    parse("a.ts", "export const one = 1, two = 2; export interface Three {} export function four() { return one; }"),
    parse("b.ts", 'import { one as uno, type Three } from "./a.ts"; export class Five { six = a.two }'),
  ];
  expect(unusedExports(files, files)).toEqual([
    "a.ts exports four, which nobody imports",
    "b.ts exports Five, which nobody imports",
  ]);
});
