/**
 * Like `Promise.all`, but throws only when all promises have settled. What is still starting must not outlive the resources
 * that the error closes.
 */
export async function allOrError<const Promises extends readonly unknown[]>(
  promises: Promises,
): Promise<{ -readonly [Index in keyof Promises]: Awaited<Promises[Index]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
