import { AppError } from '@rondo/shared/errors';
import type { HeldBody } from '@rondo/shared/http/held-body';

/** A number of bytes for the bodies of all clients. */
export type BodyRoom = {
  readonly bodies: ReadonlySet<HeldBody>;
  /**
   * Takes the bytes that a body has announced. If fewer are left, others go first.
   * @throws AppError 503 if this one would be the first to go
   */
  take(body: HeldBody): void;
};

export function createBodyRoom(maxBytes: number): BodyRoom {
  const bodies = new Set<HeldBody>();
  let taken = 0;

  function makeRoomFor(body: HeldBody): void {
    const first = firstToGo(bodies, ({ bytes }) => bytes);
    if (first === undefined || first === body) {
      body.release();
      throw tooManyOfAll();
    }
    first.drop(tooManyOfAll());
    if (taken > maxBytes) makeRoomFor(body);
  }

  return {
    bodies,
    take(body) {
      bodies.add(body);
      taken += body.bytes;
      body.hold(() => {
        bodies.delete(body);
        taken -= body.bytes;
      });
      if (taken > maxBytes) makeRoomFor(body);
    },
  };
}

/**
 * Which body makes room: the one that is the latest to arrive of the holder with the most. If all of that holder's are here, their
 * newest goes, so that the earlier ones are not in vain.
 * @param bodies the oldest first
 */
export function firstToGo(
  bodies: Iterable<HeldBody>,
  weightOf: (body: HeldBody) => number,
): HeldBody | undefined {
  const all = [...bodies];
  const holder = holderOfMost(all, weightOf);
  let latest: HeldBody | undefined;
  let newest: HeldBody | undefined;
  let most = 0;
  for (const body of all) {
    if (body.holder !== holder) continue;
    newest = body;
    const { lateness } = body;
    if (lateness > most) [latest, most] = [body, lateness];
  }
  return latest ?? newest;
}

function holderOfMost(bodies: HeldBody[], weightOf: (body: HeldBody) => number): string | undefined {
  const weights = new Map<string, number>();
  for (const body of bodies) weights.set(body.holder, (weights.get(body.holder) ?? 0) + weightOf(body));
  let [holder, most]: [string | undefined, number] = [undefined, 0];
  for (const [each, weight] of weights) if (weight > most) [holder, most] = [each, weight];
  return holder;
}

/** 503: all clients together have too much open. */
export function tooManyOfAll(): AppError {
  return new AppError('unavailable', 'Too many requests are open at the moment. Try again.', {
    headers: { 'retry-after': '1' },
  });
}
