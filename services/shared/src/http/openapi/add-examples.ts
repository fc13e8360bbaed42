import { operationsOf, type Json, type MediaType, type OpenApiDocument } from './document.ts';
import { exampleOf } from './example-of.ts';

/** Gives each request body and each answer an example: the route's own, or for JSON one made from its schema. */
export function addExamples(document: OpenApiDocument): OpenApiDocument {
  for (const operation of operationsOf(document)) {
    const { 'x-example': own = {}, requestBody, responses } = operation;
    delete operation['x-example'];
    for (const [mediaType, content] of Object.entries(requestBody?.content ?? {}))
      addExample(content, mediaType, own.request);
    for (const [status, { content: contents = {} }] of Object.entries(responses))
      for (const [mediaType, content] of Object.entries(contents))
        if (Number(status) < 300) addExample(content, mediaType, own.response);
  }
  return document;
}

function addExample(content: MediaType, mediaType: string, own: Json | undefined): void {
  const isJson = /^application\/([^;]+\+)?json/.test(mediaType);
  if (own !== undefined) content.example = own;
  else if (isJson) content.example = exampleOf(content.schema);
}
