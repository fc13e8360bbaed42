import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads the process id of the server of a cluster's directory. */
export function postmasterOf(clusterDirectory: string): number {
  return Number(readFileSync(join(clusterDirectory, 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Suspends a PostgreSQL server with all its sessions, as a hanging disk does. @returns what resumes it */
export function freezePostgres(clusterDirectory: string): () => void {
  const postmaster = postmasterOf(clusterDirectory);
  // The server first: then it starts no more processes.
  process.kill(postmaster, 'SIGSTOP');
  const processes = [postmaster, ...childrenOf(postmaster)];
  for (const pid of processes) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of processes.toReversed()) process.kill(pid, 'SIGCONT');
  };
}

/** proc(5): field 4 of `stat` is the parent's id. The program's name before it may contain spaces. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid)) return false;
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
}
