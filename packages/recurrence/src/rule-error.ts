/**
 * A recurrence rule is malformed, breaks a restriction of RFC 5545, or never matches.
 * `position` is the 0-based index in the text of the rule that the reason is about.
 */
export class RuleError extends Error {
  override readonly name = 'RuleError';
  readonly reason: string;
  readonly position: number;

  constructor(reason: string, position: number) {
    super(`${reason} at position ${position}`);
    this.reason = reason;
    this.position = position;
  }
}

/** A computation takes more steps than it was given. With more of them it may succeed. */
export class TooManySteps extends RuleError {}

/** Where one of these parts starts in the text of a rule, for errors found after the parse; 0 if it is absent. */
export function positionOf(text: string, ...names: string[]): number {
  const found = new RegExp(`(?<=^|;)(${names.join('|')})=`, 'i').exec(text);
  return found?.index ?? 0;
}
