import { DaprError } from '../dapr-error.ts';
import type { StateItem } from './store.ts';

type GivenOperation = { operation?: unknown; request?: unknown };

/** Reads the items of a save request. @throws DaprError if they are invalid */
export function parseItems(body: unknown): StateItem[] {
  if (body !== null && !Array.isArray(body)) throw malformed('the body is not an array');
  return ((body ?? []) as unknown[]).map((given) => {
    const item = parseItem(given);
    if (item.key === '') throw malformed('"key" is a required field');
    return item;
  });
}

/** Reads the keys of a bulk get. @throws DaprError if they are invalid */
export function parseKeys(body: unknown): string[] {
  const { keys } = (body ?? {}) as { keys?: unknown };
  if (keys === undefined || keys === null) return [];
  if (Array.isArray(keys) && keys.every((key) => typeof key === 'string')) return keys;
  throw malformed('failed deserializing HTTP body: keys are not an array of strings');
}

/** Reads the operations of a transaction, with their keys as stored. @throws DaprError if they are invalid */
export function parseOperations(
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
    const item = parseItem(request ?? {});
    return { operation, item: { ...item, key: storedKey(item.key) } };
  });
}

function parseItem(given: unknown): StateItem {
  const { key = '', metadata, etag, ...rest } = (given ?? {}) as Partial<StateItem>;
  const texts: unknown[] = [key, etag ?? '', ...Object.values(metadata ?? {})];
  if (texts.some((text) => typeof text !== 'string'))
    throw malformed('key, etag and metadata have to be of type string');
  return { ...rest, key, ...(metadata ? { metadata } : {}), ...(etag ? { etag } : {}) };
}

function malformed(why: string): DaprError {
  return new DaprError(400, 'ERR_MALFORMED_REQUEST', why);
}
