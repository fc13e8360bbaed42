#!/usr/bin/env node
// Stands in for kubectl where secrets are made: keeps Secrets in a file, notes every command line, knows nothing else.
import { existsSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.env['FAKE_KUBECTL_DIRECTORY'];
const file = join(directory, 'secrets.json');
const secrets = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const args = process.argv.slice(2);
appendFileSync(join(directory, 'commands.txt'), `${args.join(' ')}\n`);

const keep = () => writeFileSync(file, JSON.stringify(secrets));
const optionOf = (name) => args[args.indexOf(name) + 1];
const [verb, kind, name] = args[0] === '--namespace' ? args.slice(2) : args;

if (verb === 'get' && kind === 'namespace') process.exit(existsSync(file) ? 0 : 1);
else if (verb === 'apply' || (verb === 'create' && kind === 'namespace')) keep();
else if (verb === 'get' && kind === 'secret') {
  const data = secrets[name];
  const output = optionOf('--output');
  if (output.startsWith('go-template='))
    process.stdout.write(
      Object.keys(data ?? {})
        .map((key) => `${key}\n`)
        .join(''),
    );
  else if (data) process.stdout.write(data[/^jsonpath=\{\.data\.(.+)\}$/.exec(output)[1]]);
  else process.exit(1);
} else if (verb === 'create') {
  const { metadata, data } = JSON.parse(readFileSync(0, 'utf8'));
  if (secrets[metadata.name]) process.exit(1);
  secrets[metadata.name] = data;
  keep();
} else if (verb === 'patch' && kind === 'secret') {
  if (!secrets[name]) process.exit(1);
  Object.assign(secrets[name], JSON.parse(readFileSync(0, 'utf8')).data);
  keep();
} else process.exit(1);
