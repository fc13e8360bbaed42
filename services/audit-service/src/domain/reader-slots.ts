import { AppError } from '@rondo/shared/errors';

/** Gives each person one slot: an export or a verification reads a whole chain. The slots are those of this replica. */
export type ReaderSlots = {
  /** @returns a function that frees the slot @throws AppError 429 `busy` if the person has taken it */
  take(personId: string): () => void;
};

const retryAfterSeconds = 5;

export function createReaderSlots(): ReaderSlots {
  const taken = new Set<string>();
  return {
    take(personId) {
      if (taken.has(personId))
        throw new AppError(
          'busy',
          'Another export or verification of yours is running. Try again when it has ended.',
          { headers: { 'retry-after': String(retryAfterSeconds) } },
        );
      taken.add(personId);
      return () => taken.delete(personId);
    },
  };
}
