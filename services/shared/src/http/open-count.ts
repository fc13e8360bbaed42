/** Counts what is open for each key, such as the connections of an address. */
export type OpenCount = {
  /** Counts `weight` more. @returns false, and counts nothing, if the key would be above its limit */
  tryAdd(key: string, weight?: number): boolean;
  remove(key: string, weight?: number): void;
  of(key: string): number;
};

/** @param max the limit of each key; 0 is none */
export function createOpenCount(max: number): OpenCount {
  const open = new Map<string, number>();
  const of = (key: string) => open.get(key) ?? 0;
  return {
    of,
    tryAdd(key, weight = 1) {
      const count = of(key) + weight;
      if (max > 0 && count > max) return false;
      open.set(key, count);
      return true;
    },
    remove(key, weight = 1) {
      const count = of(key) - weight;
      if (count > 0) open.set(key, count);
      else open.delete(key);
    },
  };
}
