/** `npm run --silent token [-- --user NAME]`: prints a bearer token for the local person, or for another by name. */
import { parseArgs } from 'node:util';
import { parseIdentityDirectory } from './config.ts';
import { localPerson, openIssuerIn } from './issuer.ts';

const { values } = parseArgs({ options: { user: { type: 'string', default: localPerson } } });
const issuer = await openIssuerIn(parseIdentityDirectory(process.env));
process.stdout.write(`${await issuer.tokenFor(values.user)}\n`);
