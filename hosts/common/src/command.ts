import { parseArgs, type ParseArgsConfig } from 'node:util';
import { MigrationError } from '@rondo/postgres/migration-error';
import { AppError } from '@rondo/shared/errors';
import { printable } from './printable.ts';
import { StartError } from './start-error.ts';

export type Command<Config extends ParseArgsConfig> = {
  /** What `--help` prints. */
  usage: string;
  args: string[];
  accepts?: Config;
};

type Parsed<Config extends ParseArgsConfig> = ReturnType<typeof parseArgs<Config & { args: string[] }>>;

/**
 * Runs a command-line program. It prints its usage for `--help`, and one line for an error that the user can fix. The exit
 * code is 1 after an error, 2 after an invalid argument.
 */
export async function runCommand<const Config extends ParseArgsConfig>(
  { usage, args, accepts }: Command<Config>,
  work: (parsed: Parsed<Config>) => Promise<void>,
): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(`${usage.trim()}\n`);
  try {
    await work(parseArguments(args, accepts));
  } catch (error) {
    process.stderr.write(`rondo: ${printable(describeError(error))}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

/** An invalid argument on the command line. */
export class UsageError extends StartError {}

function parseArguments<Config extends ParseArgsConfig>(args: string[], accepts?: Config): Parsed<Config> {
  try {
    return parseArgs({ ...accepts, args }) as Parsed<Config>;
  } catch (cause) {
    const [message = ''] = cause instanceof Error ? cause.message.split('. ') : [];
    throw new UsageError(`${message.replace(/\.$/, '')}. Run it with --help to see what it accepts.`, {
      cause,
    });
  }
}

/** The message of an error that the user can fix; the stack of any other error. */
function describeError(error: unknown): string {
  if (error instanceof StartError || error instanceof AppError || error instanceof MigrationError)
    return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
