/**
 * `sameType<A, B>()` compiles only if the types are assignable to each other. It does nothing at run time.
 */
export function sameType<A, B>(
  ..._differ: [A] extends [B] ? ([B] extends [A] ? [] : ['B is wider than A']) : ['A is wider than B']
): void {}
