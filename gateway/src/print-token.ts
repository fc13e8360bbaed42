/** `npm run --silent token [-- --user NAME --agent NAME]`: prints a bearer token for the operator, another person, or an agent. */
import { parseArgs } from 'node:util';
import { Value } from 'typebox/value';
import { Agent } from '@rondo/shared/contracts/actor';
import { parseIdentityDirectory } from './config.ts';
import { localPerson, openExistingIssuerIn } from './issuer.ts';

const usage = `npm run --silent token [-- --user NAME --agent NAME]

Prints a bearer token for a person, valid for seven days. The default is "${localPerson}", the operator of this machine. With --agent
it is a token for the agent of that name, which acts for the person: history and audit show it, and it can undo only what it did.
`;

try {
  const { values } = parseArgs({
    options: {
      user: { type: 'string', default: localPerson },
      agent: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) process.stdout.write(usage);
  else {
    const { user, agent } = values;
    if (agent !== undefined && !Value.Check(Agent.properties.name, agent))
      throw new Error('The name of an agent has 1 to 100 characters.');
    const issuer = await openExistingIssuerIn(parseIdentityDirectory(process.env));
    process.stdout.write(`${await issuer.tokenFor(user, agent)}\n`);
  }
} catch (error) {
  process.stderr.write(`rondo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
