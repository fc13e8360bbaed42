#!/usr/bin/env node
// Replaces kubectl in tests of the scripts in k8s/secrets: keeps Secrets in a file and records each command line. With
// FAKE_KUBECTL_REFUSES it refuses to write, and quotes the object in its error, as the real one can.
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

function refuse(object) {
  process.stderr.write(
    `Error from server (Conflict): the object can't be written: ${JSON.stringify(object)}\n`,
  );
  process.exit(1);
}

function readObject() {
  const object = JSON.parse(readFileSync(0, 'utf8'));
  if (process.env['FAKE_KUBECTL_REFUSES']) refuse(object);
  return object;
}

if (verb === 'get' && kind === 'namespace') process.exit(existsSync(file) ? 0 : 1);
else if (verb === 'apply' || (verb === 'create' && kind === 'namespace')) keep();
else if (verb === 'get' && kind === 'secret') {
  const data = secrets[name];
  const output = optionOf('--output');
  if (output.startsWith('go-template=')) {
    const line = output.includes('{{$value}}')
      ? ([key, value]) => `${key} ${value}\n`
      : ([key]) => `${key}\n`;
    process.stdout.write(
      Object.entries(data ?? {})
        .map(line)
        .join(''),
    );
  } else if (data) process.stdout.write(data[/^jsonpath=\{\.data\.(.+)\}$/.exec(output)[1]]);
  else process.exit(1);
} else if (verb === 'create') {
  const object = readObject();
  if (secrets[object.metadata.name]) refuse(object);
  secrets[object.metadata.name] = object.data;
  keep();
} else if (verb === 'patch' && kind === 'secret') {
  const object = readObject();
  if (!secrets[name]) refuse(object);
  Object.assign(secrets[name], object.data);
  keep();
} else process.exit(1);
