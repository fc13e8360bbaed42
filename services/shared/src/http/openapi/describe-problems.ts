import { STATUS_CODES } from 'node:http';
import { errorCodes, type ErrorCode } from '../../contracts/error-codes.ts';
import { exampleIds } from '../../contracts/example-ids.ts';
import { Problem } from '../../contracts/problem.ts';
import {
  isObject,
  operationsOf,
  type Json,
  type MediaType,
  type OpenApiDocument,
  type Operation,
} from './document.ts';
import { publishedSchema } from './published-schema.ts';

const problemSchema = publishedSchema(JSON.parse(JSON.stringify(Problem)) as Json);

/**
 * Adds the errors of each operation, made from the codes of its problems: an answer for each status, with the meaning and an
 * example of each code. Names the other answers after their status.
 */
export function describeProblems(document: OpenApiDocument): OpenApiDocument {
  for (const operation of operationsOf(document)) {
    const { 'x-problems': codes = [], responses } = operation;
    delete operation['x-problems'];
    for (const [status, answer] of Object.entries(responses)) {
      answer.description = STATUS_CODES[status] ?? answer.description;
      if (isNull(answer.content?.['application/json']?.schema)) delete answer.content;
    }
    for (const [status, codesOfStatus] of Map.groupBy(codes, (code) => errorCodes[code].status))
      responses[status] = {
        description: meaningOf(codesOfStatus),
        ...(status === 429 ? { headers: retryAfter } : {}),
        content: {
          'application/problem+json': { schema: problemSchema, ...examplesOf(codesOfStatus, operation) },
        },
      };
  }
  return document;
}

const retryAfter = {
  'Retry-After': { description: 'seconds to wait', schema: { type: 'integer', minimum: 1 } },
};

function meaningOf(codes: ErrorCode[]): string {
  const meanings = codes.map((code) => `\`${code}\`: ${errorCodes[code].meaning}`);
  return meanings.length === 1 ? meanings.join('') : meanings.map((meaning) => `- ${meaning}`).join('\n');
}

function examplesOf(codes: ErrorCode[], operation: Operation): Partial<MediaType> {
  const [first, ...others] = codes;
  if (first !== undefined && others.length === 0) return { example: exampleOfProblem(first, operation) };
  return {
    examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOfProblem(code, operation) }])),
  };
}

function exampleOfProblem(code: ErrorCode, operation: Operation): Json {
  const { status, meaning } = errorCodes[code];
  const error = code === 'invalid-input' ? exampleOfFieldError(operation) : undefined;
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: error ? `${error.field} ${error.message}` : meaning,
    instance: exampleIds.request,
    ...(error ? { errors: [error] } : {}),
  };
}

/** An error that the operation can have: a field that its body needs, or a parameter. */
function exampleOfFieldError({ requestBody, parameters = [] }: Operation): {
  field: string;
  message: string;
} {
  const [body] = Object.values(requestBody?.content ?? {}).map(({ schema }) => schema);
  const [required] = isObject(body) && Array.isArray(body['required']) ? body['required'] : [];
  if (typeof required === 'string') return { field: required, message: 'is required' };
  if (requestBody) return { field: 'color', message: 'is an unknown field' };
  if (parameters.some(({ name }) => name === 'limit'))
    return { field: 'limit', message: 'must be a whole number' };
  const id = parameters.find((one) => one.in === 'path');
  if (id) return { field: id.name, message: 'must be a UUID in lower case' };
  return { field: 'Idempotency-Key', message: 'is not 1 to 255 visible ASCII characters' };
}

function isNull(schema: Json | undefined): boolean {
  return isObject(schema) && schema['type'] === 'null';
}
