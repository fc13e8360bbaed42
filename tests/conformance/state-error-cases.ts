import type { ConformanceEngine } from './engine.ts';
import { begins, tooLarge, type ErrorCase } from './error-case.ts';

const zero = '00000000-0000-0000-0000-000000000000';
const mismatch = 'possible etag mismatch. error from state store';
const ttl = "error parsing TTL: incorrect value for metadata 'ttlInSeconds'";
const illegal = (key: string) => ({
  status: 400,
  code: 'ERR_MALFORMED_REQUEST',
  message: `api error: code = InvalidArgument desc = input key/keyPrefix '${key}' can't contain '||'`,
  details: ['BadRequest', 'ResourceInfo', 'DAPR_STATE_ILLEGAL_KEY'],
});
const noStore = {
  status: 400,
  code: 'ERR_STATE_STORE_NOT_FOUND',
  message: 'state store nowhere is not found',
  details: ['DAPR_STATE_NOT_FOUND'],
};
const malformed = { status: 400, code: 'ERR_MALFORMED_REQUEST' };
const transactionFailed = 'error while executing state transaction: ';
const upsert = (request: object) => ({ operations: [{ operation: 'upsert', request }] });

/** Invalid requests for state. The key `fine` exists, `none` does not. */
export function stateErrorCases({ statestore: store }: ConformanceEngine): ErrorCase[] {
  const state = `/v1.0/state/${store}`;
  const saveFailed = `failed saving state in state store ${store}: `;
  return [
    // State
    ...[
      'GET /v1.0/state/nowhere/key',
      'DELETE /v1.0/state/nowhere/key',
      'POST /v1.0/state/nowhere',
      'POST /v1.0/state/nowhere/bulk',
      'POST /v1.0/state/nowhere/transaction',
    ].map((call) => ({ call, ...noStore })),
    { call: `POST ${state}`, body: '{', ...malformed, message: begins('') },
    { call: `POST ${state}`, body: '', ...malformed, message: begins('') },
    { call: `POST ${state}`, body: {}, ...malformed, message: begins('') },
    { call: `POST ${state}`, body: [{ key: 1 }], ...malformed, message: begins('') },
    {
      call: `POST ${state}`,
      body: [{ key: 'k', metadata: { ttlInSeconds: 5 } }],
      ...malformed,
      message: begins(''),
    },
    { call: `POST ${state}`, body: [{ value: 1 }], ...malformed, message: '"key" is a required field' },
    {
      call: `POST ${state}`,
      body: [{ key: 'k', value: tooLarge }],
      ...malformed,
      message: 'stream too large',
    },
    { call: `POST ${state}`, body: [{ key: 'a||b', value: 1 }], ...illegal('a||b') },
    { call: `GET ${state}/a%7C%7Cb`, ...illegal('a||b') },
    { call: `DELETE ${state}/a%7C%7Cb`, ...illegal('a||b') },
    { call: `POST ${state}/bulk`, body: { keys: ['a||b'] }, ...illegal('a||b') },
    { call: `POST ${state}/transaction`, body: upsert({ key: 'a||b' }), ...illegal('a||b') },
    {
      call: `POST ${state}`,
      body: [{ key: 'none', value: 1, etag: zero }],
      status: 409,
      code: 'ERR_STATE_SAVE',
      message: `${saveFailed}${mismatch}`,
    },
    {
      call: `POST ${state}`,
      body: [{ key: 'none', value: 1, etag: 'nonsense' }],
      status: 409,
      code: 'ERR_STATE_SAVE',
      message: `${saveFailed}${mismatch}: invalid UUID length: 8`,
    },
    {
      call: `POST ${state}`,
      body: [
        { key: 'fine', value: 1 },
        { key: 'none', value: 1, etag: zero },
      ],
      status: 409,
      code: 'ERR_STATE_SAVE',
      message: `${saveFailed}${mismatch}: ${mismatch}`,
    },
    {
      call: `DELETE ${state}/none`,
      headers: { 'if-match': zero },
      status: 409,
      code: 'ERR_STATE_DELETE',
      message: `failed deleting state with key none: ${mismatch}`,
    },
    {
      call: `DELETE ${state}/none`,
      headers: { 'if-match': 'nonsense' },
      status: 409,
      code: 'ERR_STATE_DELETE',
      message: `failed deleting state with key none: ${mismatch}: invalid UUID length: 8`,
    },
    {
      call: `POST ${state}`,
      body: [{ key: 'fine', value: 2, options: { concurrency: 'first-write' } }],
      status: 500,
      code: 'ERR_STATE_SAVE',
      message: `${saveFailed}no item was updated`,
    },
    ...(['concurrency', 'consistency'] as const).map((option) => ({
      call: `POST ${state}`,
      body: [{ key: 'k', value: 1, options: { [option]: 'what' } }],
      status: 500,
      code: 'ERR_STATE_SAVE',
      message: `${saveFailed}unrecognized ${option} model 'what'`,
    })),
    {
      call: `POST ${state}`,
      body: [{ key: 'k', value: 1, metadata: { ttlInSeconds: 'x' } }],
      status: 500,
      code: 'ERR_STATE_SAVE',
      message: `${saveFailed}${ttl}: strconv.ParseInt: parsing "x": invalid syntax`,
    },
    {
      call: `POST ${state}`,
      body: [{ key: 'k', value: 1, metadata: { ttlInSeconds: '-2' } }],
      status: 500,
      code: 'ERR_STATE_SAVE',
      message: `${saveFailed}${ttl}: must be -1 or greater`,
    },
    ...['bulk', 'transaction'].map((what) => ({
      call: `POST ${state}/${what}`,
      body: '{',
      ...malformed,
      message: begins('failed deserializing HTTP body: '),
    })),
    {
      call: `POST ${state}/transaction`,
      body: { operations: [{ operation: 'delete', request: { key: 'none', etag: zero } }] },
      status: 500,
      code: 'ERR_STATE_TRANSACTION',
      message: `${transactionFailed}${mismatch}`,
    },
    {
      call: `POST ${state}/transaction`,
      body: upsert({ key: 'fine', value: 2, options: { concurrency: 'first-write' } }),
      status: 500,
      code: 'ERR_STATE_TRANSACTION',
      message: `${transactionFailed}no item was updated`,
    },
    {
      call: `POST ${state}/transaction`,
      body: { operations: [{ operation: 'what', request: { key: 'k' } }] },
      status: 400,
      code: 'ERR_NOT_SUPPORTED_STATE_OPERATION',
      message: 'operation type what not supported',
    },
  ];
}
