import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { StartError } from '../start-error.ts';

/** How PostgreSQL's programs are started: the command line before the program, and the user that they run as. */
export type Launcher = { prefix: string[]; user?: { uid: number; gid: number } };

const run = promisify(execFile);

/** The kernel sends the server a SIGINT (fast shutdown) when the thread that started it dies, even by kill -9. */
const dieWithParent = ['setpriv', '--pdeathsig', 'INT', '--'];
/** PostgreSQL refuses to run as root. In its own user namespace it runs as nobody, while root still owns the files. */
const ownNamespace = ['unshare', '--user', '--'];

/**
 * Finds the first way to start PostgreSQL that works on this machine. As root, or as a user id without a name (PostgreSQL
 * looks it up), that is a user namespace. Where namespaces are not allowed (as in most containers), root starts it as the
 * user `nobody`. Without `setpriv`, a server whose host was killed keeps running until the next start stops it.
 * @throws StartError if none works
 */
export async function findLauncher(): Promise<Launcher> {
  const isRoot = process.getuid?.() === 0;
  const base = isRoot || !hasName() ? ownNamespace : [];
  for (const prefix of [[...base, ...dieWithParent], base]) {
    if (await works(prefix)) return { prefix };
  }
  if (!isRoot) {
    throw new StartError(
      `PostgreSQL can't run as user ${process.getuid?.()}, which has no name: add it to /etc/passwd, or set DATABASE_URL.`,
    );
  }
  const user = await findNobody();
  return (await works(dieWithParent)) ? { prefix: dieWithParent, user } : { prefix: [], user };
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** The file and the arguments that start a program with the launcher. Pass its `user` in the options of `spawn`. */
export function commandOf(
  { prefix }: Launcher,
  program: string,
  args: string[],
): [file: string, args: string[]] {
  const [wrapper, ...wrapped] = prefix;
  return wrapper === undefined ? [program, args] : [wrapper, [...wrapped, program, ...args]];
}

async function works(prefix: string[]): Promise<boolean> {
  const [program, ...args] = prefix;
  if (program === undefined) return true;
  if (process.platform !== 'linux') return false;
  return run(program, [...args, 'true']).then(
    () => true,
    () => false,
  );
}

async function findNobody(): Promise<{ uid: number; gid: number }> {
  try {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nobody'])).stdout)),
    );
    if (uid && gid) return { uid, gid };
  } catch {
    // Reported below.
  }
  throw new StartError(
    "PostgreSQL can't run as root, and there is no user nobody: start Rondo as an ordinary user, or set DATABASE_URL.",
  );
}

/**
 * Lets the launcher's user traverse (not list) the data directory, and checks that it can reach the programs.
 * @throws StartError if it can't
 */
export async function openToUser(launcher: Launcher, postgres: string, dataDir: string): Promise<void> {
  if (!launcher.user) return;
  await chmod(dataDir, 0o711);
  try {
    await run(...commandOf(launcher, postgres, ['--version']), launcher.user);
    await run(...commandOf(launcher, 'test', ['-x', dataDir]), launcher.user);
  } catch (cause) {
    throw new StartError(
      `PostgreSQL can't run as root, and user nobody can't reach ${dataDir} or ${postgres}: start Rondo as an ordinary user, or set DATABASE_URL.`,
      { cause },
    );
  }
}
