/** Whether an `Accept` header is that of a browser which opens a page. */
export function wantsHtml(accept = ''): boolean {
  return /\btext\/html\b/.test(accept);
}
