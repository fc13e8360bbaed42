import { Type, type Static } from 'typebox';

/** The version of the API: that of its OpenAPI documents. */
export const apiVersion = '1.0.0';

const service = Type.String({ examples: ['todo-service'] });

/** Answer of `GET /health`. */
export const Liveness = Type.Object(
  {
    status: Type.Literal('ok'),
    service,
    version: Type.String({ description: 'the version of the API', examples: [apiVersion] }),
  },
  { $id: 'Liveness' },
);
export type Liveness = Static<typeof Liveness>;

/**
 * Answer of `GET /health/ready`. `degraded`: the service answers, but a dependency has a problem, such as a relay that is
 * behind. `unavailable`: it can't answer.
 */
export const Readiness = Type.Object(
  {
    status: Type.Enum(['ready', 'degraded', 'unavailable']),
    service,
    dependencies: Type.Record(
      Type.String(),
      Type.Object({
        status: Type.Enum(['up', 'degraded', 'down']),
        detail: Type.Optional(Type.String()),
        lag_events: Type.Optional(Type.Integer()),
        lag_seconds: Type.Optional(Type.Number()),
      }),
    ),
  },
  {
    $id: 'Readiness',
    examples: [{ status: 'ready', service: 'todo-service', dependencies: { database: { status: 'up' } } }],
  },
);
export type Readiness = Static<typeof Readiness>;
