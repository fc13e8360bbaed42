import { invisible } from '../../contracts/scalars.ts';
import type { Json, JsonObject } from './document.ts';

/** The plugin drops `$id`: under this name it comes through to where the shapes are hoisted. */
export const nameKeyword = 'x-shape';

/** The plugin moves `examples` of a body elsewhere: they come through under this name. */
export const examplesKeyword = 'x-samples';

/** A schema keyword of ours: what a pattern or format asks for, in words that finish the sentence "must be …". */
export const wordsKeyword = 'x-words';

/** JSON in UTF-8 has no lone surrogates, and the regular expressions of Rust and Go can't name them. */
const surrogates = '\\ud800-\\udfff';

/**
 * A schema as it is published. A pattern is also described in words. It uses only what the regular expressions of JavaScript,
 * Python, Rust and Go have in common, so that generators can make values of it; invisible characters are left to the words. An enum
 * says its type, which generators need.
 */
export function publishedSchema(node: Json): Json {
  if (Array.isArray(node)) return node.map((item) => publishedSchema(item));
  if (node === null || typeof node !== 'object') return node;
  const { $id: name, [wordsKeyword]: words, examples, ...rest } = node;
  const published: JsonObject = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, isData(key) ? value : publishedSchema(value)]),
  );
  const { pattern } = published;
  if (typeof pattern === 'string')
    published['pattern'] = [surrogates, invisible]
      .reduce((text, part) => text.replaceAll(part, ''), pattern)
      .replaceAll('[\\s]', '\\s')
      .replaceAll('\\u0000', '\\x00');
  if (typeof words === 'string') published['description'] ??= words;
  if (examples !== undefined) published[examplesKeyword] = examples;
  if (Array.isArray(node['enum']) && node['enum'].every((value) => typeof value === 'string'))
    published['type'] ??= 'string';
  return typeof name === 'string' ? { ...published, [nameKeyword]: name } : published;
}

function isData(key: string): boolean {
  return key === 'default' || key === 'enum' || key === 'const';
}
