/**
 * Where tests name behaviours: in the title of a test or of a group, or in the rows of an `it.each`.
 *
 * Comments, bodies of tests, and tests that are skipped or to be done prove nothing and are passed over.
 */
import { parseSync } from 'vite';
import type { BehaviourId } from './list.ts';

export interface Citation {
  readonly id: BehaviourId;
  readonly file: string;
  readonly line: number;
  /** The text that names it: a title, or a word of a row. */
  readonly title: string;
}

/** What of a syntax tree is looked at here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

interface Text {
  readonly text: string;
  readonly at: number;
}

export function citationsIn(file: string, source: string): readonly Citation[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} is not TypeScript: ${errors[0]?.message}`);
  const texts = textsIn(program as unknown as Node, source);
  return texts.flatMap(({ text, at }) =>
    idsIn(text).map((id) => ({ id, file, line: lineOf(source, at), title: text })),
  );
}

const idsIn = (text: string): readonly BehaviourId[] => [...new Set(text.match(/BEH-\d{3}(?!\d)/g) ?? [])];

const lineOf = (source: string, at: number): number => source.slice(0, at).split('\n').length;

const notRun = /^(?:it|test|describe)(?:\.\w+)*?\.(?:skip|todo)\b/;
const oneTest = /^(?:it|test)\b/;

function textsIn(node: Node, source: string): readonly Text[] {
  if (node.type === 'Literal' && typeof node['value'] === 'string')
    return [{ text: node['value'], at: node.start }];
  if (node.type === 'TemplateElement') return [{ text: source.slice(node.start, node.end), at: node.start }];
  return partsOf(node, source).flatMap((part) => textsIn(part, source));
}

/** What hangs below a node, as far as it belongs to a test that is run and not to its body. */
function partsOf(node: Node, source: string): readonly Node[] {
  const parts = Object.values(node).flat().filter(isNode);
  const callee = node['callee'];
  if (node.type !== 'CallExpression' || !isNode(callee)) return parts;
  const called = source.slice(callee.start, callee.end);
  if (notRun.test(called)) return [];
  return oneTest.test(called) ? parts.filter((part) => !/Function/.test(part.type)) : parts;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string';
