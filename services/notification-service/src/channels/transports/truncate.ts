/** The longest prefix of a text that fits, with an ellipsis if anything is cut. */
export function truncate(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  // Cuts between code points, never inside a surrogate pair.
  const points = Array.from(text);
  const prefixOf = (length: number) => `${points.slice(0, length).join('')}…`;
  let [fitting, tooLong] = [0, points.length];
  while (tooLong - fitting > 1) {
    const middle = (fitting + tooLong) >> 1;
    if (fits(prefixOf(middle))) fitting = middle;
    else tooLong = middle;
  }
  return prefixOf(fitting);
}
