import { operationsOf, type OpenApiDocument } from './document.ts';
import { exampleOf } from './example-of.ts';

/** Gives each request body and each answer with JSON an example: the route's own, or one made from its schema. */
export function addExamples(document: OpenApiDocument): OpenApiDocument {
  for (const operation of operationsOf(document)) {
    const { 'x-example': own = {}, requestBody, responses } = operation;
    delete operation['x-example'];
    for (const [mediaType, content] of Object.entries(requestBody?.content ?? {}))
      if (isJson(mediaType)) content.example = own.request ?? exampleOf(content.schema);
    for (const [status, { content: contents = {} }] of Object.entries(responses))
      for (const [mediaType, content] of Object.entries(contents))
        if (isJson(mediaType) && Number(status) < 300)
          content.example = own.response ?? exampleOf(content.schema);
  }
  return document;
}

const isJson = (mediaType: string) => /^application\/([^;]+\+)?json/.test(mediaType);
