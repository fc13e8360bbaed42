import { idempotencyKeyOf, type KeyedRequest } from '@rondo/shared/http/idempotency-key';
import { turnOf } from '@rondo/shared/http/turn-header';
import type { CommandContext } from '../../context.ts';

/** Reads the context of a command from its request. @throws AppError 422 if `Idempotency-Key` is malformed */
export function commandContext(request: KeyedRequest): CommandContext {
  const { identity, trace } = request;
  return { identity, trace, ...turnOf(request), key: idempotencyKeyOf(request) };
}
