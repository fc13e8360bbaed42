/** `npm run --silent token [-- --user NAME]`: prints a bearer token for the operator, or for another person. */
import { parseArgs } from 'node:util';
import { parseIdentityDirectory } from './config.ts';
import { localPerson, openExistingIssuerIn } from './issuer.ts';

const usage = `npm run --silent token [-- --user NAME]

Prints a bearer token for NAME, valid for seven days. The default is "${localPerson}", the operator of this machine.
`;

try {
  const { values } = parseArgs({
    options: {
      user: { type: 'string', default: localPerson },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(usage);
  else {
    const issuer = await openExistingIssuerIn(parseIdentityDirectory(process.env));
    process.stdout.write(`${await issuer.tokenFor(values.user)}\n`);
  }
} catch (error) {
  process.stderr.write(`rondo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
