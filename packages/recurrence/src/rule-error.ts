/**
 * A recurrence rule that is malformed, breaks a restriction of RFC 5545, or never matches.
 * `position` is the 0-based offset in the rule's text where the reason stands.
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
