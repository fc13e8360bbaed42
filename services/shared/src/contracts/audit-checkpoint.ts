import { Type, type Static } from 'typebox';
import { exampleIds } from './example-ids.ts';
import { Count, DateTime, NextCursor, Sha256Hex, Uuid } from './scalars.ts';

const KeyId = Type.String({
  pattern: '^[A-Za-z0-9_-]{43}$',
  'x-words': 'the thumbprint of a key (RFC 7638)',
  examples: ['kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'],
});

export const exampleCheckpoint = {
  workspace_id: exampleIds.workspace,
  position: 42,
  seq: 42,
  hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  created_at: '2027-01-04T09:16:00.000Z',
  key_id: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  signature: 'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
};

/**
 * The end of a workspace's audit chain at a time, signed by the service. `seq` is the highest of the records up to `position`.
 * `signature` is Ed25519 (RFC 8032) in base64url, over the canonical JSON (RFC 8785) of the other fields. A person
 * who keeps a checkpoint can check later whether the chain up to `position` is still the same.
 */
export const AuditCheckpoint = Type.Object(
  {
    workspace_id: Uuid,
    position: Count,
    seq: Count,
    hash: Sha256Hex,
    created_at: DateTime,
    key_id: KeyId,
    signature: Type.String({
      pattern: '^[A-Za-z0-9_-]{86}$',
      'x-words': 'an Ed25519 signature in base64url',
      examples: ['DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'],
    }),
  },
  {
    $id: 'AuditCheckpoint',
    additionalProperties: false,
    examples: [exampleCheckpoint],
  },
);
export type AuditCheckpoint = Static<typeof AuditCheckpoint>;

/** The CloudEvents `type` of a new checkpoint on topic `audit-checkpoints`. The event's data is the checkpoint. */
export const checkpointSignedType = 'com.todoai.audit.checkpoint-signed';

/** Answer of `GET /api/v1/audit/checkpoints`, the newest first. */
export const AuditCheckpointPage = Type.Object(
  { checkpoints: Type.Array(AuditCheckpoint), next_cursor: NextCursor },
  { $id: 'AuditCheckpointPage', additionalProperties: false },
);
export type AuditCheckpointPage = Static<typeof AuditCheckpointPage>;

/** The public keys of checkpoints, as a JWK set (RFC 7517, RFC 8037). The first one signs. */
export const AuditKeys = Type.Object(
  {
    keys: Type.Array(
      Type.Object({
        kty: Type.Literal('OKP'),
        crv: Type.Literal('Ed25519'),
        x: Type.String({ examples: ['11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'] }),
        kid: KeyId,
        alg: Type.Literal('EdDSA'),
        use: Type.Literal('sig'),
      }),
    ),
  },
  { $id: 'AuditKeys', additionalProperties: false },
);
export type AuditKeys = Static<typeof AuditKeys>;
