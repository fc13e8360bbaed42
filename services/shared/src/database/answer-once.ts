import type { Kysely, Transaction } from 'kysely';
import { AppError } from '../errors.ts';
import type { Answer, IdempotencyKey } from '../http/idempotency-key.ts';
import { atMostOnce, findKeptAnswer, keepAnswer, type KeptAnswer } from './kept-answers.ts';
import { transactionInTurn } from './keyed-transactions.ts';

/** Encrypts the text of a kept answer, bound to its key. */
export type Sealing = {
  seal(plain: string, context: string): string;
  open(sealed: string, context: string): string;
};

/** How the command of a request runs once: its database, the schema that keeps the answer, and the workspace whose turns it takes. */
export type OnceOptions<Tables> = {
  database: Kysely<Tables>;
  schema: string;
  workspaceId: string;
  /** Without one, the command runs each time. */
  key: IdempotencyKey | undefined;
  /** For an answer with a secret. The default keeps answers as they are. */
  sealing?: Sealing;
  /** Stores the answer. The default counts it to the person's quota of kept answers. @throws if an answer is kept for the key */
  keep?: (trx: Transaction<Tables>, kept: KeptAnswer) => Promise<unknown>;
};

/** Keeps no secret: the retry of a request whose answer has one is refused. */
export const shownOnce: Sealing = {
  seal: () => 'shown once',
  open() {
    throw new AppError(
      'shown-once',
      'An earlier request with this Idempotency-Key created it, and only the answer to that request shows its secret. If you did not get that answer, remove what was created, and create it again with another key.',
    );
  },
};

const asItIs: Sealing = { seal: (plain) => plain, open: (sealed) => sealed };

/**
 * Runs a command in a transaction and in a turn of its workspace, once for each Idempotency-Key: its answer commits with its changes, and
 * a later request with the key gets that answer. If two requests run concurrently, one changes something; the other gets its
 * answer. What fails is not kept.
 * @throws AppError 422 `idempotency-key-reused` if the key was used for a different request; 403 `quota-exceeded`; 429 `busy`
 */
export async function answerOnce<Tables, Body>(
  { database, schema, workspaceId, key, sealing = asItIs, keep }: OnceOptions<Tables>,
  work: (trx: Transaction<Tables>) => Promise<Answer<Body>>,
): Promise<Answer<Body>> {
  if (!key) return transactionInTurn(database, workspaceId, work);
  const context = `${key.personId} ${key.route} ${key.key}`;
  const find = async (): Promise<Answer<Body> | undefined> => {
    const kept = await findKeptAnswer(database, schema, key);
    if (!kept) return undefined;
    const { status, response } = kept;
    const body = (status === 204 ? undefined : JSON.parse(sealing.open(response, context))) as Body;
    return { status, body, isReplayed: true };
  };
  return atMostOnce(find, () =>
    transactionInTurn(database, workspaceId, async (trx) => {
      const { status, body } = await work(trx);
      const response = status === 204 ? '' : sealing.seal(JSON.stringify(body), context);
      await (keep ? keep(trx, { status, response }) : keepAnswer(trx, schema, key, { status, response }));
      return { status, body };
    }),
  );
}
