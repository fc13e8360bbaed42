import type { Restart } from './supervised-process.ts';

const repeatedAfter = 5;

/** Reports restarts: each in the log, and in the terminal the first one and the fifth in a row. */
export function reportRestarts({
  say,
  log,
}: {
  say: (line: string) => void;
  log: { warn(fields: object, line: string): void };
}): (restart: Restart) => void {
  return ({ name, reason, inARow, logFile }) => {
    log.warn({ program: name, reason, in_a_row: inARow }, 'program is started again');
    if (inARow === 1) say(`${name} has ended (${reason}) and is started again.`);
    if (inARow === repeatedAfter)
      say(`${name} has ended ${inARow} times in a row (${reason}). Its log is ${logFile}.`);
  };
}
