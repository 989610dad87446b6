// Finds the codes that the sources give to errors, by reading them: a code that no test provokes counts too.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { parseAst } from "rollup/parseAst";

const ROOT = fileURLToPath(new URL("../src/", import.meta.url));

/** Calls and constructions. `around`: the nodes around each, from the inside to the outside. */
const calls = [];
/** Properties of objects that are literals, such as `code: "…"`. */
const literals = [];
/** What each file imports: `file name of file`. */
const imported = new Set();
/** Names that are given away or renamed: calls of such a function cannot be found. */
const away = new Set();

for (const file of readdirSync(ROOT, { recursive: true })) {
  if (file.endsWith(".js")) walk(parseAst(readFileSync(ROOT + file, "utf8")), [], file);
}

function walk(node, around, file) {
  const inner = [node, ...around];
  const given = node.arguments ?? [];
  const isNew = node.type === "NewExpression";
  if (node.callee) calls.push({ name: nameOf(node.callee), of: node.callee.type, isNew, given, around: inner, file });
  if (node.type === "Property" && node.value.type === "Literal") literals.push({ name: nameOf(node.key), value: node.value.value });
  if (node.type === "ImportSpecifier") imported.add(`${file} ${node.imported.name} of ${join(dirname(file), around[0].source.value)}`);
  for (const one of [node.init, node.value, ...given]) if (one?.type === "Identifier") away.add(one.name);
  if (node.type === "ImportSpecifier" && node.imported.name !== node.local.name) away.add(node.imported.name);
  for (const child of Object.values(node).flat()) if (child?.type) walk(child, inner, file);
}

/** Returns the name of an identifier, or of the member of an object. */
function nameOf(node) {
  return (node?.type === "MemberExpression" ? node.property : node)?.name;
}

/** Returns the codes with which errors of this class are made, and the files with a code that cannot be traced to a literal. */
export function codesOf(error) {
  const codes = new Set();
  const untraced = new Set();
  for (const { name, isNew, given, around, file } of calls) if (isNew && name === error) trace(given[0], around, file);
  return { codes: [...codes].sort(), untraced: [...untraced].sort() };

  function trace(node, around, file) {
    const kept = literals.filter(({ name }) => node?.type === "MemberExpression" && name === nameOf(node));
    if (node?.type === "Literal") codes.add(node.value);
    else if (node?.type === "ConditionalExpression") [node.consequent, node.alternate].forEach((one) => trace(one, around, file));
    else if (node?.type === "ObjectExpression") node.properties.forEach(({ key }) => codes.add(nameOf(key)));
    else if (node?.type === "Identifier") traceName(node.name, around, file);
    else if (kept.length > 0) kept.forEach(({ value }) => codes.add(value));
    else untraced.add(file);
  }

  /** Traces a constant, the keys of an object that a loop is about, or a parameter. */
  function traceName(name, around, file) {
    for (const [i, node] of around.entries()) {
      const outer = around.slice(i);
      const declared = node.type === "BlockStatement" ? node.body.flatMap(({ declarations = [] }) => declarations) : [];
      const constant = declared.find(({ id }) => id.name === name);
      if (constant) return trace(constant.init, outer, file);
      const isKey = node.type === "ForOfStatement" && node.left.declarations[0].id.elements?.[0].name === name;
      if (isKey) return trace(node.right.arguments[0], outer, file);
      const at = node.params?.findIndex((parameter) => (parameter.left ?? parameter).name === name) ?? -1;
      if (at >= 0) return traceParameter(node, at, outer, file);
    }
    untraced.add(file);
  }

  /** Traces what the calls of a function give, or the parameter that is the default. */
  function traceParameter({ id, params }, at, [, parent], file) {
    const own = nameOf(id ?? parent.id ?? parent.key);
    if (own === undefined || away.has(own)) return untraced.add(file);
    const otherwise = params.findIndex(({ name }) => name && name === params[at].right?.name);
    const isMethod = parent.type === "MethodDefinition";
    const isFrom = ({ of, file: where }) => imported.has(`${where} ${own} of ${file}`) || (isMethod && of === "MemberExpression");
    const reaches = (call) => call.name === own && (call.file === file || isFrom(call));
    for (const call of calls.filter(reaches)) trace(call.given[at] ?? call.given[otherwise], call.around, call.file);
  }
}
