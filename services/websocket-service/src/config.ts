import { Type } from 'typebox';
import { originList } from '@rondo/shared/config';

export const websocketSettings = Type.Object({
  ALLOWED_ORIGINS: Type.String({
    ...originList,
    default: '',
    description: "comma-separated; the service's own host is always allowed",
  }),
  MAX_SOCKETS_PER_PERSON: Type.Integer({ minimum: 1, default: 20 }),
  MAX_SOCKETS_PER_ADDRESS: Type.Integer({ minimum: 1, default: 500 }),
  MAX_SOCKETS_WITHOUT_HELLO_PER_ADDRESS: Type.Integer({ minimum: 1, default: 50 }),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description: 'proxies in front whose X-Forwarded-For counts: addresses, ranges, or their number',
  }),
  HELLO_TIMEOUT_SECONDS: Type.Number({ minimum: 0.05, maximum: 60, default: 5 }),
  // The client library treats a connection as dead after 75 s without a message.
  HEARTBEAT_SECONDS: Type.Number({ minimum: 0.05, maximum: 30, default: 25 }),
});
