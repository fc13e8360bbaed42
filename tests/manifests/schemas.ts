import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { moduleDirectory } from './go-tools.ts';
import type { Manifest, Part } from './manifest.ts';

type Schema = Record<string, Part>;

const kubernetes = 'k8s.io/kubernetes@v1.34.2';
const customResources: [module: string, files: string][] = [
  ['github.com/dapr/dapr@v1.18.1', 'charts/dapr/crds/*.yaml'],
  ['github.com/kedacore/keda/v2@v2.18.1', 'config/crd/bases/keda.sh_*.yaml'],
  [
    'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    'example/prometheus-operator-crd/*_{podmonitors,prometheusrules}.yaml',
  ],
];

/**
 * Makes a schema as strict as `kubectl apply --validate=strict`: an unknown field is an error, unless the schema preserves
 * unknown fields. Kubernetes and custom resources express "integer or string" in different ways.
 */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const node = schema as Schema;
  if (node['format'] === 'int-or-string' || node['x-kubernetes-int-or-string'] === true)
    return { type: ['integer', 'string'] };
  const copy = Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !key.startsWith('x-kubernetes-') && key !== 'description' && key !== 'default')
      // A flag of Go's regular expressions, which JavaScript has not.
      .filter(([key, value]) => key !== 'pattern' || !String(value).includes('(?i)'))
      .map(([key, value]) => [
        key,
        key === 'properties'
          ? Object.fromEntries(Object.entries(value as Schema).map(([name, one]) => [name, strict(one)]))
          : strict(value),
      ]),
  );
  const isClosed =
    node['properties'] !== undefined &&
    node['additionalProperties'] === undefined &&
    node['x-kubernetes-preserve-unknown-fields'] !== true;
  return { ...copy, ...(isClosed ? { additionalProperties: false } : {}) };
}

function newAjv(): Ajv {
  return new Ajv({ strict: false, allErrors: true, validateFormats: false });
}

function kubernetesValidators(): Map<string, () => ValidateFunction> {
  const file = join(moduleDirectory(kubernetes), 'api/openapi-spec/swagger.json');
  const { definitions } = JSON.parse(readFileSync(file, 'utf8')) as { definitions: Record<string, Schema> };
  const ajv = newAjv();
  ajv.addSchema({ $id: 'kubernetes', definitions: strictDefinitions(definitions) });
  return new Map(
    Object.entries(definitions).flatMap(([name, definition]) =>
      ((definition['x-kubernetes-group-version-kind'] ?? []) as Schema[]).map(({ group, version, kind }) => [
        `${group === '' ? '' : `${group}/`}${version} ${kind}`,
        () => ajv.compile({ $ref: `kubernetes#/definitions/${name}` }),
      ]),
    ),
  );
}

function strictDefinitions(definitions: Record<string, Schema>): Schema {
  const closed = Object.entries(definitions).map(([name, schema]) => [name, strict(schema)]);
  return {
    ...Object.fromEntries(closed),
    // A quantity can be a number.
    'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: ['string', 'number'] },
  };
}

function customValidators(): Map<string, () => ValidateFunction> {
  const validators = new Map<string, () => ValidateFunction>();
  for (const [module, files] of customResources)
    for (const path of globSync(join(moduleDirectory(module), files)))
      for (const document of parseAllDocuments(readFileSync(path, 'utf8'))) {
        const { spec } = document.toJS() as Schema;
        for (const { name, schema } of spec.versions)
          validators.set(`${spec.group}/${name} ${spec.names.kind}`, () =>
            newAjv().compile(withObjectHeader(strict(schema.openAPIV3Schema) as Schema)),
          );
      }
  return validators;
}

/** A CRD describes metadata only as an object. */
function withObjectHeader(schema: Schema): Schema {
  return { ...schema, properties: { ...schema['properties'], metadata: { type: 'object' } } };
}

/** A function that lists the errors of an object, or returns undefined if its kind has no schema here. */
export function createValidator(): (manifest: Manifest) => string[] | undefined {
  const known = new Map([...kubernetesValidators(), ...customValidators()]);
  const compiled = new Map<string, ValidateFunction>();
  return (manifest) => {
    const kind = `${manifest.apiVersion} ${manifest.kind}`;
    const validate = compiled.get(kind) ?? known.get(kind)?.();
    if (!validate) return undefined;
    compiled.set(kind, validate);
    validate(manifest);
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}
