/** The longest beginning of a text that fits, with an ellipsis where something is left out. */
export function shorten(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  // Whole code points: half a surrogate pair would be no text.
  const points = Array.from(text);
  let [kept, tooMany] = [0, points.length];
  while (tooMany - kept > 1) {
    const middle = (kept + tooMany) >> 1;
    if (fits(beginningOf(points, middle))) kept = middle;
    else tooMany = middle;
  }
  return beginningOf(points, kept);
}

function beginningOf(points: string[], count: number): string {
  return `${points.slice(0, count).join('')}…`;
}
