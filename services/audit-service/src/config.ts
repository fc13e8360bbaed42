import { Type, type Static } from 'typebox';

export const auditSettings = Type.Object({
  DATABASE_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 5 }),
  READ_CONNECTIONS: Type.Integer({ minimum: 2, maximum: 100, default: 3 }),
  CHECKPOINT_SECONDS: Type.Number({
    minimum: 0.01,
    maximum: 3_600,
    default: 60,
    description: 'how often the chains that grew get a signed checkpoint',
  }),
  CHECKPOINT_RECORDS: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 1_000,
    description: 'after how many records a chain gets a signed checkpoint at once',
  }),
});
export type AuditSettings = Static<typeof auditSettings>;
