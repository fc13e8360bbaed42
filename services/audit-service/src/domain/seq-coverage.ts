/** Tracks which of the numbers 1, 2, 3 … were added, in any order. */
export type SeqCoverage = {
  add(seq: number): void;
  /** The highest number up to which none is missing. */
  completeTo(): number;
  /** The gaps below the highest number, at most `limit`. */
  missing(limit: number): { from: number; to: number }[];
};

/** @param completeTo the number up to which all were added before */
export function createSeqCoverage(completeTo = 0): SeqCoverage {
  // Numbers arrive almost in order, so few are beyond the complete prefix.
  let prefix = completeTo;
  const beyond = new Set<number>();
  return {
    add(seq) {
      if (seq !== prefix + 1) {
        if (seq > prefix) beyond.add(seq);
        return;
      }
      prefix = seq;
      while (beyond.delete(prefix + 1)) prefix += 1;
    },
    completeTo: () => prefix,
    missing(limit) {
      const gaps: { from: number; to: number }[] = [];
      let next = prefix + 1;
      for (const seq of [...beyond].toSorted((left, right) => left - right)) {
        if (seq > next) gaps.push({ from: next, to: seq - 1 });
        next = seq + 1;
      }
      return gaps.slice(0, limit);
    },
  };
}
