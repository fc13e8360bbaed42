/** What the library has no types for. */
declare module 'fs-native-extensions' {
  /** @returns false if another open file has a lock that conflicts. @throws Error with a `code` */
  export function tryLock(fd: number, options?: { shared?: boolean }): boolean;
}
