import { DaprError } from '../dapr-error.ts';
import type { StateItem } from './store.ts';

type GivenOperation = { operation?: unknown; request?: unknown };

/** The items of a request to save. @throws DaprError where they are not of the shape that Dapr decodes */
export function checkItems(body: unknown): StateItem[] {
  if (body !== null && !Array.isArray(body)) throw malformed('the body is not an array');
  return ((body ?? []) as unknown[]).map((given) => {
    const item = checkItem(given);
    if (item.key === '') throw malformed('"key" is a required field');
    return item;
  });
}

/** The keys of a bulk request. */
export function checkKeys(body: unknown): string[] {
  const { keys } = (body ?? {}) as { keys?: unknown };
  if (keys === undefined || keys === null) return [];
  if (Array.isArray(keys) && keys.every((key) => typeof key === 'string')) return keys;
  throw malformed('failed deserializing HTTP body: keys are not an array of strings');
}

/** The operations of a transaction, their keys as they are stored. */
export function checkOperations(
  body: unknown,
  storedKey: (key: string) => string,
): { operation: 'upsert' | 'delete'; item: StateItem }[] {
  const { operations } = (body ?? {}) as { operations?: GivenOperation[] | null };
  if (operations && !Array.isArray(operations))
    throw malformed('failed deserializing HTTP body: operations are not an array');
  return (operations ?? []).map(({ operation, request }) => {
    if (operation !== 'upsert' && operation !== 'delete')
      throw new DaprError(
        400,
        'ERR_NOT_SUPPORTED_STATE_OPERATION',
        `operation type ${String(operation)} not supported`,
      );
    const item = checkItem(request ?? {});
    return { operation, item: { ...item, key: storedKey(item.key) } };
  });
}

function checkItem(given: unknown): StateItem {
  const { key = '', metadata, etag, ...rest } = (given ?? {}) as Partial<StateItem>;
  const texts: unknown[] = [key, etag ?? '', ...Object.values(metadata ?? {})];
  if (texts.some((text) => typeof text !== 'string'))
    throw malformed('key, etag and metadata have to be of type string');
  return { ...rest, key, ...(metadata ? { metadata } : {}), ...(etag ? { etag } : {}) };
}

function malformed(why: string): DaprError {
  return new DaprError(400, 'ERR_MALFORMED_REQUEST', why);
}
