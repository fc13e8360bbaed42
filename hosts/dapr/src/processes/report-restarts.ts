import type { Restart } from './supervised-process.ts';

const repeatedAfter = 5;

/** Logs each restart. Prints the first one and the fifth in a row in the terminal. */
export function reportRestarts({
  say,
  log,
}: {
  say: (line: string) => void;
  log: { warn(fields: object, line: string): void };
}): (restart: Restart) => void {
  return ({ name, reason, inARow, logFile }) => {
    log.warn({ program: name, reason, in_a_row: inARow }, 'restarting program');
    if (inARow === 1) say(`${name} exited (${reason}). Restarting it.`);
    if (inARow === repeatedAfter)
      say(`${name} exited ${inARow} times in a row (${reason}). See its log: ${logFile}.`);
  };
}
