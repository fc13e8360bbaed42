/** The longest text of a log line, in bytes of UTF-8. */
const maxBytes = 2_048;

/** Cuts a text at 2 KiB, between two characters, and says how much was left out. */
export function cut(text: string): string {
  // No character has more than three bytes for each UTF-16 unit.
  if (text.length * 3 <= maxBytes) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return text;
  const kept = new TextDecoder().decode(Buffer.from(text.slice(0, maxBytes)).subarray(0, maxBytes), {
    stream: true,
  });
  return `${kept}… (${bytes - Buffer.byteLength(kept)} bytes more)`;
}
