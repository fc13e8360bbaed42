/** Says that a field is unknown, and names the known one that was probably meant. */
export function unknownFieldMessage(name: string, known: string[]): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate) }))
    .filter(({ candidate, distance }) => distance <= allowedDistance(candidate))
    .toSorted((left, right) => left.distance - right.distance);
  return nearest ? `is an unknown field; did you mean ${nearest.candidate}?` : 'is an unknown field';
}

const allowedDistance = ({ length }: string) => (length < 4 ? 1 : Math.max(2, Math.floor(length / 3)));

/** How many characters have to be inserted, removed or replaced (Levenshtein). Long names are not compared. */
function editDistance(from: string, to: string): number {
  if (from.length > 60) return Infinity;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [line, character] of from.split('').entries()) {
    const next = [line + 1];
    for (let index = 0; index < to.length; index += 1) {
      const replaced = (row[index] ?? 0) + (to[index] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
