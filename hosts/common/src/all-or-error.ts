/**
 * Like `Promise.all`, but it throws only when every promise has ended: what is still starting must not outlive the resources
 * that are closed because of the error.
 */
export async function allOrError<const Promises extends readonly unknown[]>(
  promises: Promises,
): Promise<{ -readonly [Index in keyof Promises]: Awaited<Promises[Index]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
