import { AppError } from '../errors.ts';

/** How many bytes have to arrive in a number of ticks. Ticks are counted, because a busy process reads late what came in time. */
export type LeastRate = { bytes: number; ticks: number; tickMs: number };

/** @returns what to call at the start and at each tick with all bytes so far. It tells whether too few came in the last ticks. */
export function createRateWatch({ bytes, ticks }: LeastRate): (received: number) => boolean {
  const earlier: number[] = [];
  return (received) => {
    earlier.push(received);
    return earlier.length > ticks && received - (earlier.shift() ?? 0) < bytes;
  };
}

/** 408: a body arrives more slowly than it has to. */
export function tooSlow({ bytes, ticks, tickMs }: LeastRate): AppError {
  const kibibytesPerSecond = Math.round((bytes / 1024 / (ticks * tickMs)) * 1000);
  return new AppError('request-timeout', `The body arrived more slowly than ${kibibytesPerSecond} KiB/s.`, {
    headers: { connection: 'close' },
  });
}
