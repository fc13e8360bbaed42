import type { IncomingHttpHeaders } from 'node:http';
import { Type } from 'typebox';
import { UuidWithoutExample } from '../contracts/scalars.ts';

/** The request header that groups commands which a person sees as one. It belongs to the schema of each route that calls `turnOf`. */
export const turnHeader = {
  'rondo-turn': Type.Optional(
    Type.String({
      ...UuidWithoutExample,
      description:
        'a UUID of yours, the same for several commands that a person sees as one: they can be undone together',
    }),
  ),
};

/** The turn of a request, to spread into the context of its command. */
export function turnOf({ headers }: { headers: IncomingHttpHeaders }): { turnId?: string } {
  const { 'rondo-turn': turnId } = headers;
  return typeof turnId === 'string' ? { turnId } : {};
}
