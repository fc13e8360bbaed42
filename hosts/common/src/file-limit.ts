import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Each request uses three sockets in a host: at the gateway, to the service, and in the service. PostgreSQL needs the rest. */
const neededForHundredRequests = 1_024;

/** A line for the terminal if the limit of open files is too low for 100 concurrent requests. Node has already raised it. */
export async function fileLimitHint(): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -n']);
  const limit = stdout.trim() === 'unlimited' ? Infinity : Number(stdout);
  if (limit >= neededForHundredRequests) return undefined;
  return `Only ${limit} files may be open at once, so requests may fail under load: run ulimit -n ${neededForHundredRequests} before Rondo.`;
}
