import type { TestPerson, TestService } from '@rondo/shared/test/service';
import type { openPool } from '@rondo/postgres/open-pool';

/** A service that a test started, with a pool of its database if it has one, and the address of a server that answers 204. */
export type World = TestService & {
  name: string;
  schema: string | undefined;
  pool: ReturnType<typeof openPool>;
  receiverUrl: string;
};

/** What a person sends to an operation, apart from its method and path. */
export type Given = {
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
};

/** Makes what an operation needs, and tells what to send. */
export type Prepare = (who: TestPerson, world: World) => Promise<Given> | Given;

/** By operation, such as `POST /api/v1/filters`. */
export type Cases = Record<string, Prepare>;

/** Sends a request, which must be answered with 2xx. @returns the body */
export async function done<Body = { id: string }>(
  who: TestPerson,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  const answer = await who.call<Body>(method, path, body);
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
