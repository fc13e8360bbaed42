import { errorCodes } from '@rondo/shared/contracts/error-codes';

type Schema = Record<string, unknown>;
type Content = Record<
  string,
  { schema?: Schema; example?: unknown; examples?: Record<string, { value: unknown }> }
>;
type Answer = { description?: string; content?: Content };
type Parameter = { name: string; in: string; required?: boolean; schema?: Schema };
type Operation = {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses?: Record<string, Answer>;
};

/** As much of an OpenAPI 3.1 document as the rules below look at. */
export type OpenApiDocument = {
  openapi?: string;
  info?: { title?: string; version?: string };
  security?: Record<string, string[]>[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, Schema> };
};

/**
 * Lists what is wrong with a document: by the OpenAPI Specification 3.1.0 (sections 4.8.1, 4.8.2, 4.8.10, 4.8.12,
 * 4.8.16, 4.8.17, 4.8.23, 4.8.30), and by our own rule that an operation says
 * what it does, who may use it and how it fails, with an example of each.
 */
export function breachesOf(document: OpenApiDocument): string[] {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, place: `${method} ${path}`, operation })),
  );
  return [
    ...headBreaches(document),
    ...referenceBreaches(document),
    ...patternBreaches(document),
    ...operations.flatMap(({ path, place, operation }) =>
      [
        ...descriptionBreaches(operation),
        ...parameterBreaches(path, operation),
        ...securityBreaches(document, operation),
        ...answerBreaches(operation),
      ].map((breach) => `${place}: ${breach}`),
    ),
    ...repeated(operations.flatMap(({ operation }) => operation.operationId ?? [])).map(
      (id) => `the operationId ${id} stands twice`,
    ),
  ];
}

function headBreaches({ openapi, info }: OpenApiDocument): string[] {
  return [
    ...(/^3\.1\.\d+$/.test(openapi ?? '') ? [] : ['openapi is not 3.1']),
    ...(info?.title && info.version ? [] : ['info lacks title or version']),
  ];
}

/** Every reference leads to a component, and every component is referred to. */
function referenceBreaches(document: OpenApiDocument): string[] {
  const references = new Set(
    [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].flatMap(([, reference]) => reference ?? []),
  );
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  return [
    ...[...references].filter((reference) => !known.includes(reference)).map((to) => `${to} leads nowhere`),
    ...known.filter((name) => !references.has(name)).map((name) => `${name} is not used`),
  ];
}

/** Regular expressions of JavaScript, Python, Rust and Go share neither look-around nor classes and escapes of Unicode. */
function patternBreaches(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const { pattern } = node as Schema;
  return [
    ...(typeof pattern === 'string' && /\\[pPuUkd]|\(\?/.test(pattern)
      ? [`the pattern ${pattern} can not be read everywhere`]
      : []),
    ...Object.values(node).flatMap((child) => patternBreaches(child)),
  ];
}

function descriptionBreaches({ operationId, summary, description, tags, requestBody }: Operation): string[] {
  return [
    ...(operationId ? [] : ['no operationId']),
    ...(summary && !summary.endsWith('.') ? [] : ['no summary']),
    ...(/^[A-Z\d].*\.$/.test(description ?? '') ? [] : ['no description in sentences']),
    ...(tags?.length ? [] : ['no tag']),
    ...(Object.values(requestBody?.content ?? {}).every(hasExample) ? [] : ['the request has no example']),
  ];
}

function parameterBreaches(path: string, { parameters = [] }: Operation): string[] {
  const inTemplate = [...path.matchAll(/\{([^}]+)\}/g)].flatMap(([, name]) => name ?? []);
  const declared = parameters.filter((parameter) => parameter.in === 'path');
  return [
    ...inTemplate
      .filter((name) => !declared.some((parameter) => parameter.name === name && parameter.required))
      .map((name) => `the path parameter ${name} is not declared as required`),
    ...declared
      .filter(({ name }) => !inTemplate.includes(name))
      .map(({ name }) => `the path has no parameter ${name}`),
    ...parameters
      .filter(({ required, schema }) => required && schema && 'default' in schema)
      .map(({ name }) => `the parameter ${name} has a default and is required`),
    ...repeated(parameters.map((parameter) => `${parameter.in} ${parameter.name}`)).map(
      (name) => `the parameter "${name}" stands twice`,
    ),
  ];
}

function securityBreaches(document: OpenApiDocument, operation: Operation): string[] {
  const demanded = operation.security ?? document.security;
  if (!demanded) return ['nothing is said of who may'];
  const unknown = demanded
    .flatMap((requirement) => Object.keys(requirement))
    .filter((scheme) => !(scheme in document.components.securitySchemes));
  return [
    ...unknown.map((scheme) => `the security scheme ${scheme} is not described`),
    ...(demanded.length > 0 && !operation.responses?.['401'] ? ['401 is not described'] : []),
  ];
}

function answerBreaches({ responses = {} }: Operation): string[] {
  return [
    ...(Object.keys(responses).some((status) => /^[23]/.test(status))
      ? []
      : ['no answer that is not an error']),
    ...Object.entries(responses).flatMap(([status, { description, content = {} }]) => [
      ...(description ? [] : [`${status} has no description`]),
      // Probes read the status, and the same body for any status.
      ...(Number(status) < 400 || isHealth(content) || isProblem(content) ? [] : [`${status} is no Problem`]),
      ...(isHealth(content) || Object.values(content).every(hasExample) ? [] : [`${status} has no example`]),
      ...(isProblem(content) ? codeBreaches(status, description) : []),
    ]),
  ];
}

function isProblem(content: Record<string, { schema?: Schema }>): boolean {
  const { 'application/problem+json': problem, ...others } = content;
  return problem?.schema?.['$ref'] === '#/components/schemas/Problem' && Object.keys(others).length === 0;
}

function isHealth({ 'application/json': json }: Content): boolean {
  return String(json?.schema?.['$ref']).endsWith('Readiness');
}

/** An example is there, and no part of it is a placeholder. */
function hasExample({ example, examples = {} }: Content[string]): boolean {
  const all = [example, ...Object.values(examples).map(({ value }) => value)].filter(
    (one) => one !== undefined,
  );
  return all.length > 0 && !/(?<!"field":)"text"(?!:)/.test(JSON.stringify(all));
}

/** An error says which codes it can have, and they are codes of its status. */
function codeBreaches(status: string, description = ''): string[] {
  const codes = [...description.matchAll(/^(?:- )?`([a-z-]+)`: [A-Z]/gm)].map(([, code]) => code ?? '');
  const known: Record<string, { status: number }> = errorCodes;
  return [
    ...(codes.length > 0 ? [] : [`${status} names no code`]),
    ...codes
      .filter((code) => known[code]?.status !== Number(status))
      .map((code) => `${code} is no code of ${status}`),
  ];
}

function repeated(names: string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
