import { operationsOf, type OpenApiDocument } from './document.ts';

/** Gives each successful answer the headers that its route names. */
export function addAnswerHeaders(document: OpenApiDocument): OpenApiDocument {
  for (const operation of operationsOf(document)) {
    const { 'x-answer-headers': headers, responses } = operation;
    delete operation['x-answer-headers'];
    if (!headers) continue;
    for (const [status, answer] of Object.entries(responses))
      if (Number(status) < 300) answer.headers = structuredClone(headers);
  }
  return document;
}
