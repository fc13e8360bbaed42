import { STATUS_CODES } from 'node:http';
import { isObject, operationsOf, type Answer, type Json, type OpenApiDocument } from './document.ts';

const problemRef = '#/components/schemas/Problem';

/** The codes that a status has where a route names none. */
const usualCodes: Record<string, string[]> = {
  401: ['unauthorized'],
  403: ['forbidden'],
  404: ['not-found'],
  412: ['version-conflict'],
  413: ['payload-too-large'],
  415: ['unsupported-media-type'],
  422: ['invalid-input'],
  503: ['unavailable'],
};

/** What a client learns from a status, in a sentence. */
const errorSentences: Record<string, string> = {
  401: 'The bearer token is missing, expired or invalid.',
  403: 'The token does not allow this.',
  404: 'There is no such thing, or it is not yours.',
  409: 'The request does not fit the present state.',
  410: 'What was asked for is no longer kept.',
  412: 'The version has changed since it was read; `current` has the present one.',
  413: 'The body is too large.',
  415: 'The media type of the body is not supported.',
  422: 'The input is invalid; `errors` names each field.',
  429: 'Too many requests; try again after `Retry-After`.',
  503: 'Something that the service needs is unavailable; try again after `Retry-After`.',
};

/**
 * Describes each answer by its status, names the problem codes of each error, and gives errors the media type that they
 * are sent with.
 */
export function describeAnswers(document: OpenApiDocument): OpenApiDocument {
  for (const operation of operationsOf(document)) {
    const { 'x-problems': own = {}, responses } = operation;
    delete operation['x-problems'];
    for (const [status, answer] of Object.entries(responses)) {
      answer.description = STATUS_CODES[status] ?? answer.description;
      if (answer.content?.['application/json']?.schema && isNull(answer.content['application/json'].schema))
        delete answer.content;
      const [schema] = Object.values(answer.content ?? {}).map((content) => content.schema);
      if (isProblem(schema)) describeProblem(status, answer, own[status] ?? usualCodes[status] ?? []);
    }
  }
  return document;
}

function describeProblem(status: string, answer: Answer, codes: string[]): void {
  const sentence = errorSentences[status] ?? answer.description;
  const named = codes.map((code) => `\`${code}\``).join(', ');
  answer.description = codes.length > 0 ? `${sentence} Codes: ${named}.` : sentence;
  const [code] = codes;
  const title = STATUS_CODES[status] ?? 'Error';
  const example = code === undefined ? {} : { example: problemExample(Number(status), code, title) };
  answer.content = { 'application/problem+json': { schema: { $ref: problemRef }, ...example } };
}

function problemExample(status: number, code: string, title: string): Json {
  return {
    type: 'about:blank',
    title,
    status,
    code,
    instance: '0197a3c0-5b1e-7c4a-9f2d-3e8b6a1c0d42',
    ...(code === 'invalid-input'
      ? { detail: 'title is required', errors: [{ field: 'title', message: 'is required' }] }
      : {}),
  };
}

function isNull(schema: Json): boolean {
  return isObject(schema) && schema['type'] === 'null';
}

function isProblem(schema: Json | undefined): boolean {
  return isObject(schema) && schema['$ref'] === problemRef;
}
