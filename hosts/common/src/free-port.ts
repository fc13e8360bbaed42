import getPort, { portNumbers } from 'get-port';

/**
 * The range for free ports. It ends below the ephemeral ports (Linux: from 32768 on), because an outgoing connection could
 * take one of those between the check and the use. Each process starts at its own offset in the range, so that hosts that
 * start at the same time don't try the same port.
 */
const range = { first: 20_000, last: 31_899 };
const startOfThisProcess = range.first + ((process.pid * 17) % (range.last - range.first));

/** The given port, or a free one if it is 0. */
export async function portOr(port: number): Promise<number> {
  if (port !== 0) return port;
  const candidates = [
    ...portNumbers(startOfThisProcess, range.last),
    ...portNumbers(range.first, startOfThisProcess),
  ];
  return getPort({ host: '127.0.0.1', port: candidates });
}
