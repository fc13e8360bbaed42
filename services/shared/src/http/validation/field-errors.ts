import type { FieldError } from '../../contracts/problem.ts';
import { schemaAt, type Issue, type JsonSchema } from './issue.ts';
import { messageOf } from './message.ts';
import { withoutMisfits } from './union-branches.ts';
import { unknownFieldMessage } from './unknown-field.ts';

/** How many fields an answer names. */
const maxFields = 20;

/**
 * One error for each field, in words, for the first 20 fields. `context` is the part of the request (`body`, `querystring` …), which names the field
 * where the whole part is wrong. Of several things that are wrong with a value the first is said; what the branches of a
 * union want is joined by "or".
 */
export function fieldErrorsOf(
  issues: Issue[],
  schema: JsonSchema,
  context: string | undefined,
): FieldError[] {
  const messages = new Map<string, Map<string, string>>();
  for (const issue of withoutMisfits(issues)) {
    for (const { field, message } of errorsOf(issue, schema)) {
      const name = field || (context === 'body' ? '' : (context ?? ''));
      if (messages.size === maxFields && !messages.has(name)) continue;
      const ofField = messages.get(name) ?? new Map<string, string>();
      if (!ofField.has(issue.schemaPath)) ofField.set(issue.schemaPath, message);
      messages.set(name, ofField);
    }
  }
  return [...messages].map(([field, found]) => ({ field, message: joined([...new Set(found.values())]) }));
}

function errorsOf(issue: Issue, root: JsonSchema): FieldError[] {
  const path = issue.instancePath.slice(1);
  const below = (name: string) => [path, name].filter(Boolean).join('/');
  const schema = schemaAt(root, issue.schemaPath);
  if (issue.keyword === 'required')
    return namesIn(issue, 'requiredProperties').map((name) => ({
      field: below(name),
      message: 'is required',
    }));
  if (issue.keyword === 'additionalProperties')
    return namesIn(issue, 'additionalProperties').map((name) => ({
      field: below(name),
      message: unknownFieldMessage(name, Object.keys((schema['properties'] as object | undefined) ?? {})),
    }));
  return [{ field: path, message: messageOf(issue, schema) }];
}

function namesIn({ params = {} }: Issue, key: string): string[] {
  const names = params[key];
  return Array.isArray(names) ? names.slice(0, maxFields).map(String) : [];
}

/** "must be A" and "must be B" become "must be A, or B". */
function joined(messages: string[]): string {
  const [first = 'is not valid', ...others] = messages;
  const common = 'must be ';
  if (!messages.every((message) => message.startsWith(common))) return messages.join(', or ');
  return [first, ...others.map((message) => message.slice(common.length))].join(', or ');
}
