// Reads the sources of the pages with TypeScript's own parser: which texts stand outside of the catalogues, and which
// keys of the catalogues are used.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');
// Attributes that hold words for the browser.
const codeAttributes = new Set(['class', 'rel', 'href', 'autocomplete']);
// Names that are the same in every language.
const filesOfNames = new Set(['common/account/browser_name.ts']);
// Names of headers and keys, and selectors.
const callsForPrograms = new Set(['get', 'set', 'setRequestHeader', 'getResponseHeader', 'matches', 'closest', 'querySelector', 'querySelectorAll']);
const readAttributes = new Set(['alt', 'aria-label', 'aria-description', 'aria-roledescription', 'label', 'placeholder', 'title', 'value']);

function sourceFiles() {
  const names = readdirSync(source, { recursive: true }).map(String);
  return names.filter((name) => /\.tsx?$/.test(name) && !name.includes('generated') && !/i18n\/((en|es)(\/\w+)?|catalogues)\.ts$/.test(name)).sort();
}

function parse(name, text) {
  return ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true, name.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
}

function visit(node, look) {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

const hasWords = (text) => /\p{L}{2}/u.test(text);
// Two words, or one that begins with a capital letter: no key, no class and no word of an interface looks like that.
const looksLikeText = (text) => /\p{L}{2}\P{L}*\s\P{L}*\p{L}{2}/u.test(text) || /(^|\s)\p{Lu}\p{Ll}/u.test(text);

// Texts that a reader would see or hear: all between tags and in the attributes that are read out, and whatever looks like one anywhere else.
export function findTextsIn(name, text) {
  const file = parse(name, text);
  const found = [];
  const report = (node, words) => {
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${name}:${line + 1}: ${words.trim()}`);
  };
  visit(file, (node) => {
    if (ts.isJsxText(node) && hasWords(node.text)) report(node, node.text);
    if (!isLiteral(node) || !hasWords(literalText(node))) return;
    const holder = holderOf(node);
    if (holder === 'content' || readAttributes.has(holder)) report(node, literalText(node));
    else if (looksLikeText(literalText(node)) && !isForPrograms(node, holder) && !filesOfNames.has(name)) report(node, literalText(node));
  });
  return found;
}

// What stands in code and no reader sees: modules, types, names of headers and keys, messages of errors that end in the browser's console.
function isForPrograms(node, holder) {
  if (codeAttributes.has(holder)) return true;
  const { parent } = node;
  if (ts.isImportDeclaration(parent) || ts.isLiteralTypeNode(parent) || ts.isPropertyAssignment(parent) && parent.name === node) return true;
  if (ts.isBinaryExpression(parent) && isComparison(parent)) return true;
  if (ts.isNewExpression(parent)) return parent.expression.getText() === 'Error';
  return ts.isCallExpression(parent) && ts.isPropertyAccessExpression(parent.expression) && callsForPrograms.has(parent.expression.name.text);
}

// A style sheet can put words on the page, too.
export function findTextsInStyle(name, text) {
  return [...text.matchAll(/\bcontent:[^;]*?(['"])(.*?)\1/gs)].filter((match) => hasWords(match[2])).map((match) => `${name}: ${match[2]}`);
}

function isLiteral(node) {
  return ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node);
}

function literalText(node) {
  if (!ts.isTemplateExpression(node)) return node.text;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('0');
}

// Where a literal ends up: "content" between tags, the name of an attribute, or null when it goes through a call.
function holderOf(node) {
  for (let parent = node.parent, child = node; parent !== undefined; child = parent, parent = parent.parent) {
    if (ts.isJsxExpression(parent)) {
      return ts.isJsxAttribute(parent.parent) ? parent.parent.name.getText() : 'content';
    }
    if (ts.isJsxAttribute(parent)) return parent.name.getText();
    const passesOn =
      ts.isParenthesizedExpression(parent) ||
      (ts.isConditionalExpression(parent) && parent.condition !== child) ||
      (ts.isBinaryExpression(parent) && parent.right === child && !isComparison(parent));
    if (!passesOn) return null;
  }
  return null;
}

function isComparison({ operatorToken: { kind } }) {
  return [
    ts.SyntaxKind.EqualsEqualsEqualsToken,
    ts.SyntaxKind.ExclamationEqualsEqualsToken,
    ts.SyntaxKind.LessThanToken,
    ts.SyntaxKind.GreaterThanToken,
  ].includes(kind);
}

export function findTextsOutsideCatalogues() {
  const styles = readdirSync(source, { recursive: true }).map(String).filter((name) => name.endsWith('.css'));
  return [
    ...sourceFiles().flatMap((name) => findTextsIn(relative('.', name), readFileSync(join(source, name), 'utf8'))),
    ...styles.flatMap((name) => findTextsInStyle(name, readFileSync(join(source, name), 'utf8'))),
  ];
}

// Of each source: its whole literals, and templates such as `status.${status}`; read once for all catalogues.
let literals = null;

function readLiterals() {
  literals ??= sourceFiles().map((name) => ({ name, ...literalsOf(parse(name, readFileSync(join(source, name), 'utf8'))) }));
  return literals;
}

function literalsOf(file) {
  const whole = new Set();
  const patterns = new Set();
  visit(file, (node) => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) whole.add(node.text);
    if (!ts.isTemplateExpression(node)) return;
    const parts = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)];
    if (parts[0] === '') return;
    patterns.add(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^.]+')}$`);
  });
  return { whole, patterns: [...patterns].map((pattern) => new RegExp(pattern)) };
}

// A key counts as used when it stands in one of the sources as a whole, or when a template there can make it.
export function findUsedKeys(keys, counts = () => true) {
  const files = readLiterals().filter(({ name }) => counts(name));
  return new Set([...keys].filter((key) => files.some(({ whole, patterns }) => whole.has(key) || patterns.some((pattern) => pattern.test(key)))));
}
