import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { boundsOf, isDeeper } from './bounds.ts';
import type { Issue } from './issue.ts';

export type Validator<Schema extends TSchema> = {
  accepts(value: unknown): value is Static<Schema>;
  /** What is wrong with a value that is not accepted. */
  issuesOf(value: unknown): Issue[];
};

/** How deep JSON may be nested. */
const maxDepth = 32;
const tooDeep: Issue = {
  keyword: 'depth',
  schemaPath: '#',
  instancePath: '',
  message: `must not be nested more than ${maxDepth} levels deep`,
};

/** Of one value. The usual 8 cut off what the later branches of a union say, so that a wrong field would be named. */
const maxIssues = 60;

/**
 * Compiles a schema. A value is judged by its bounds first (depth, lengths, items, fields), and only then by patterns, formats
 * and uniqueness: refusing n bytes costs O(n), for the list of issues too.
 */
export function createValidator<Schema extends TSchema>(schema: Schema): Validator<Schema> {
  Settings.Set({ maxErrors: maxIssues });
  const check = Compile(schema);
  const excessOf = boundsOf(schema);
  return {
    accepts: (value): value is Static<Schema> =>
      excessOf(value) === undefined && !isDeeper(value, maxDepth) && check.Check(value),
    issuesOf(value) {
      const excess = excessOf(value);
      if (excess) return [excess];
      return isDeeper(value, maxDepth) ? [tooDeep] : check.Errors(value);
    },
  };
}
