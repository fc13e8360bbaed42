/** `npm run --silent token [-- --user NAME]`: prints a bearer token for the local person, or for another by name. */
import { parseArgs } from 'node:util';
import { localPerson, openIssuer } from './issuer.ts';
import { parseHostSettings } from './settings.ts';

const { values } = parseArgs({ options: { user: { type: 'string', default: localPerson } } });
const issuer = await openIssuer(parseHostSettings(process.env).data_dir);
process.stdout.write(`${await issuer.tokenFor(values.user)}\n`);
