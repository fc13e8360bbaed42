import { apiVersion } from '@rondo/shared/contracts/health';
import type { JsonObject } from '@rondo/shared/http/openapi/document';

/** What the gateway answers itself, in OpenAPI: it has no schemas of its own to make this from. */
export const gatewayPaths: JsonObject = {
  '/health': {
    get: {
      operationId: 'getHealth',
      summary: 'Whether the gateway runs',
      description: 'Answers 200 as soon as the gateway takes requests, whatever the services do.',
      tags: ['health'],
      security: [],
      responses: {
        '200': {
          description: 'OK',
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/Liveness' },
              example: { status: 'ok', service: 'gateway', version: apiVersion },
            },
          },
        },
      },
    },
  },
  '/health/ready': {
    get: {
      operationId: 'getReadiness',
      summary: 'How the services are',
      description: 'Asks each service and what it needs. 503 if at least one service can not answer.',
      tags: ['health'],
      security: [],
      responses: {
        '200': readinessAnswer('OK', 'ready'),
        '503': readinessAnswer('Service Unavailable', 'unavailable'),
      },
    },
  },
  '/.well-known/jwks.json': {
    get: {
      operationId: 'getJwks',
      summary: 'The public keys that tokens are signed with',
      description: 'A JSON Web Key Set (RFC 7517). It may be cached for 5 minutes.',
      tags: ['health'],
      security: [],
      responses: {
        '200': {
          description: 'OK',
          content: {
            'application/json': {
              schema: { $ref: '#/components/schemas/KeySet' },
              example: {
                keys: [
                  {
                    kty: 'OKP',
                    crv: 'Ed25519',
                    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
                    kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
                    alg: 'EdDSA',
                    use: 'sig',
                  },
                ],
              },
            },
          },
        },
      },
    },
  },
};

export const gatewaySchemas: JsonObject = {
  GatewayReadiness: {
    type: 'object',
    required: ['status', 'services'],
    properties: {
      status: { type: 'string', enum: ['ready', 'degraded', 'unavailable'] },
      problem: { type: 'string', description: 'a problem of the machine, such as a full disk' },
      services: {
        type: 'object',
        additionalProperties: {
          type: 'object',
          required: ['status'],
          properties: { status: { type: 'string', enum: ['ready', 'degraded', 'unavailable'] } },
        },
      },
    },
  },
  KeySet: {
    type: 'object',
    required: ['keys'],
    properties: { keys: { type: 'array', items: { type: 'object', additionalProperties: true } } },
  },
};

function readinessAnswer(description: string, status: string): JsonObject {
  return {
    description,
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/GatewayReadiness' },
        example: { status, services: { 'todo-service': { status }, 'audit-service': { status: 'ready' } } },
      },
    },
  };
}
