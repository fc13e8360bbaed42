import type { FastifyInstance } from 'fastify';
import type { Component } from './components.ts';
import { DaprError } from './dapr-error.ts';

type SecretStore = Extract<Component, { type: 'secretstores.local.file' }>;

/** Adds `GET /v1.0/secrets/{store}/{name}` and `/bulk`. */
export function addSecretRoutes(app: FastifyInstance, { components }: { components: Component[] }): void {
  function storeOf(name: string): SecretStore {
    const store = components.find(
      (candidate): candidate is SecretStore =>
        candidate.type === 'secretstores.local.file' && candidate.name === name,
    );
    if (!store)
      throw new DaprError(401, 'ERR_SECRET_STORE_NOT_FOUND', `failed finding secret store with key ${name}`);
    return store;
  }

  app.get<{ Params: { store: string } }>(
    '/v1.0/secrets/:store/bulk',
    ({ params }) => storeOf(params.store).secrets,
  );
  app.get<{ Params: { store: string; name: string } }>('/v1.0/secrets/:store/:name', ({ params }) => {
    const secret = storeOf(params.store).secrets[params.name];
    if (!secret)
      throw new DaprError(
        500,
        'ERR_SECRET_GET',
        `failed getting secret with key ${params.name} from secret store ${params.store}: secret ${params.name} not found`,
      );
    return secret;
  });
}
