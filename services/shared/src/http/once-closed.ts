/** What closes once: an answer, when its client has all of it or has gone; a connection; a stream. */
export type Closable = { readonly closed: boolean; once(event: 'close', listener: () => void): unknown };

/**
 * An answer holds more than Node expects listeners, so each has one listener for all that it holds. What is left here would survive until a
 * full collection.
 */
const releases = new WeakMap<Closable, (() => void)[]>();

/**
 * Releases what is held for an answer, a connection or a stream when it closes, and at once if it has closed: a client may go while
 * a hook waits, and a listener that is added after the wait would hear nothing.
 */
export function onceClosed(held: Closable, release: () => void): void {
  if (held.closed) {
    release();
    return;
  }
  const known = releases.get(held);
  if (known) {
    known.push(release);
    return;
  }
  const all = [release];
  releases.set(held, all);
  held.once('close', () => {
    releases.delete(held);
    for (const each of all) each();
  });
}
