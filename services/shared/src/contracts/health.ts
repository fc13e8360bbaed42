import { Type, type Static } from 'typebox';

export const Liveness = Type.Object(
  { status: Type.Literal('ok'), service: Type.String() },
  { $id: 'Liveness' },
);
export type Liveness = Static<typeof Liveness>;

/** `ready`: the service can answer. A `degraded` dependency, such as a lagging relay, is reported, and requests go on. */
export const Readiness = Type.Object(
  {
    status: Type.Enum(['ready', 'degraded', 'unavailable']),
    service: Type.String(),
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
  { $id: 'Readiness' },
);
export type Readiness = Static<typeof Readiness>;
