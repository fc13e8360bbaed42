import type { ErrorCode } from '../../contracts/error-codes.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

export type MediaType = { schema: Json; example?: Json; examples?: { [name: string]: { value: Json } } };
export type AnswerHeaders = { [name: string]: { description: string; schema: Json } };
export type Answer = {
  description: string;
  headers?: AnswerHeaders;
  content?: { [mediaType: string]: MediaType };
};

export type Operation = {
  operationId?: string;
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string }[];
  security?: { [scheme: string]: string[] }[];
  requestBody?: { content: { [mediaType: string]: MediaType } };
  responses: { [status: string]: Answer };
  'x-example'?: { request?: Json; response?: Json };
  'x-problems'?: ErrorCode[];
  'x-answer-headers'?: AnswerHeaders;
};

/** As much of an OpenAPI 3.1 document as is worked on here. */
export type OpenApiDocument = {
  paths: { [path: string]: { [method: string]: Operation } };
  components: { [kind: string]: JsonObject };
};

export function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.values(document.paths).flatMap((methods) => Object.values(methods));
}

export function isObject(node: Json | undefined): node is JsonObject {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}
