import type { TSchema } from 'typebox';
import type { Issue, JsonSchema } from './issue.ts';

/** A bound that a value exceeds. `path` leads to the part of the value that is too large. */
type Excess = {
  keyword: string;
  schemaPath: string;
  path: string[];
  /** How long the text may be. */
  limit?: number;
  params?: Record<string, unknown>;
};

type Walk = (value: unknown) => Excess | undefined;

/** How many unknown fields an object may have before they are not worth a complete list. */
const maxUnknownFields = 20;

/** The lengths of texts whose format has one length only. */
const formatLengths: Record<string, number> = { date: 10, uuid: 36 };

/**
 * Prepares the check of the cheap bounds of a schema: `maxLength` (in code points, JSON Schema Validation section 6.3.1),
 * `maxItems`, `maxProperties` and the number of unknown fields. It looks at no pattern and compares no items, so it costs O(n)
 * at most. To judge these first keeps everything that follows cheap.
 * @returns the first bound that a value exceeds; of a union, the one that is deepest in the value, and of those the widest
 */
export function boundsOf(schema: TSchema): (value: unknown) => Issue | undefined {
  const walk = walkOf(schema as JsonSchema, '#');
  return (value) => {
    const excess = walk?.(value);
    if (!excess) return undefined;
    const { path, limit: _limit, ...issue } = excess;
    return { ...issue, instancePath: path.map((name) => `/${name}`).join('') };
  };
}

/** Undefined for a schema without bounds. */
function walkOf(schema: JsonSchema, schemaPath: string): Walk | undefined {
  const { anyOf, type, items, properties } = schema;
  if (Array.isArray(anyOf)) return walkOfUnion(anyOf as JsonSchema[], schemaPath);
  if (type === 'string') return walkOfText(schema, schemaPath);
  if (type === 'array')
    return walkOfArray(schema, walkOf((items ?? {}) as JsonSchema, `${schemaPath}/items`), schemaPath);
  if (type === 'object')
    return walkOfObject(schema, (properties ?? {}) as Record<string, JsonSchema>, schemaPath);
  return undefined;
}

function walkOfText({ maxLength, format }: JsonSchema, schemaPath: string): Walk | undefined {
  const limit = maxLength ?? (typeof format === 'string' ? formatLengths[format] : undefined);
  if (typeof limit !== 'number') return undefined;
  const keyword = maxLength === undefined ? 'format' : 'maxLength';
  return (value) =>
    typeof value === 'string' && isLonger(value, limit)
      ? { keyword, schemaPath, path: [], limit }
      : undefined;
}

/** A code point is one or two UTF-16 code units. */
function isLonger(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  if (text.length > 2 * limit) return true;
  let count = 0;
  for (const _codePoint of text) count += 1;
  return count > limit;
}

function walkOfArray({ maxItems }: JsonSchema, ofItem: Walk | undefined, schemaPath: string): Walk {
  const limit = typeof maxItems === 'number' ? maxItems : Infinity;
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    if (value.length > limit) return { keyword: 'maxItems', schemaPath, path: [] };
    if (!ofItem) return undefined;
    for (let index = 0; index < value.length; index += 1) {
      const excess = ofItem(value[index]);
      if (excess) return below(String(index), excess);
    }
    return undefined;
  };
}

function walkOfObject(
  { maxProperties, additionalProperties }: JsonSchema,
  properties: Record<string, JsonSchema>,
  schemaPath: string,
): Walk {
  const walks = new Map(
    Object.entries(properties).map(([name, property]) => [
      name,
      walkOf(property, `${schemaPath}/properties/${name}`),
    ]),
  );
  const limit = typeof maxProperties === 'number' ? maxProperties : Infinity;
  const isClosed = additionalProperties === false;
  return (value) => {
    if (!isObject(value)) return undefined;
    let count = 0;
    const unknown: string[] = [];
    for (const name in value) {
      count += 1;
      if (count > limit) return { keyword: 'maxProperties', schemaPath, path: [] };
      const walk = walks.get(name);
      const excess = walk?.(value[name]);
      if (excess) return below(name, excess);
      if (walk || !isClosed || walks.has(name)) continue;
      unknown.push(name);
      if (unknown.length > maxUnknownFields)
        return {
          keyword: 'additionalProperties',
          schemaPath,
          path: [],
          params: { additionalProperties: unknown.slice(0, maxUnknownFields) },
        };
    }
    return undefined;
  };
}

/**
 * A value exceeds the bounds of a union if it exceeds those of each branch that it can belong to; where it can belong to none, those
 * of each branch: all that follows would look at it once for each. A list that is too long for
 * one branch is always too long: the issues of a union come from all of its branches, and repeated items are costly to list.
 */
function walkOfUnion(branches: JsonSchema[], schemaPath: string): Walk {
  const walks = branches.map((branch, index) => ({
    canBe: branchTest(branch),
    walk: walkOf(branch, `${schemaPath}/anyOf/${index}`),
  }));
  return (value) => {
    const found: Record<'possible' | 'impossible', (Excess | undefined)[]> = { possible: [], impossible: [] };
    for (const { canBe, walk } of walks) {
      const isPossible = canBe(value);
      const excess = walk?.(value);
      if (excess?.keyword === 'maxItems') return excess;
      if (isPossible || walk) found[isPossible ? 'possible' : 'impossible'].push(excess);
    }
    return deepestOf(found.possible.length > 0 ? found.possible : found.impossible);
  };
}

/** Undefined if one of the branches isn't exceeded. */
function deepestOf(ofBranches: (Excess | undefined)[]): Excess | undefined {
  let deepest: Excess | undefined;
  for (const excess of ofBranches) {
    if (!excess) return undefined;
    if (!deepest || isCloser(excess, deepest)) deepest = excess;
  }
  return deepest;
}

/** Whether a bound is deeper in the value than another, or as deep and wider. */
function isCloser(excess: Excess, other: Excess): boolean {
  const levels = excess.path.length - other.path.length;
  return levels === 0 ? (excess.limit ?? 0) >= (other.limit ?? 0) : levels > 0;
}

/** Tells by type, required fields and constants, which are cheap to compare, whether a value can belong to a branch. */
function branchTest(branch: JsonSchema): (value: unknown) => boolean {
  const { type, properties, required } = branch;
  const constants = constantsOf(branch);
  if (constants) return (value) => constants.includes(value);
  if (type !== 'object') return (value) => isOfType(value, type);
  const known = (properties ?? {}) as Record<string, JsonSchema>;
  const needed = ((required ?? []) as string[]).map((name) => ({
    name,
    allowed: constantsOf(known[name] ?? {}),
  }));
  return (value) =>
    isObject(value) &&
    needed.every(({ name, allowed }) => (allowed ? allowed.includes(value[name]) : name in value));
}

function constantsOf({ const: constant, enum: values }: JsonSchema): unknown[] | undefined {
  if (constant !== undefined) return [constant];
  return Array.isArray(values) ? (values as unknown[]) : undefined;
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'string' || type === 'boolean') return typeof value === type;
  if (type === 'integer' || type === 'number') return typeof value === 'number';
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function below(name: string, excess: Excess): Excess {
  excess.path.unshift(name);
  return excess;
}

/** Whether a value is nested more than `levels` deep. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeper(item, levels - 1));
  return Object.values(value).some((item) => isDeeper(item, levels - 1));
}
