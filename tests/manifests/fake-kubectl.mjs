#!/usr/bin/env node
// Replaces kubectl in tests of the scripts in k8s/secrets: keeps Secrets in a file and records each command line. With
// FAKE_KUBECTL_REFUSES it refuses to write, and quotes the object in its error, as the real one can. `exec` in a pod runs the
// program of this repository with the entries that the pod's volume mounts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, appendFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

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

function execInPod(pod, [, program, ...rest]) {
  const { spec } = JSON.parse(readFileSync(join(directory, pod), 'utf8'));
  const mounted = mkdtempSync(join(directory, 'mount-'));
  for (const { secret } of spec.volumes)
    for (const { key, path } of secret.items)
      writeFileSync(join(mounted, path), Buffer.from(secrets[secret.secretName][key], 'base64'));
  const file = resolve(import.meta.dirname, '../..', program.replace(/^\/app\//, ''));
  const { status } = spawnSync(process.execPath, [file, ...rest], {
    stdio: 'inherit',
    env: { ...process.env, IDENTITY_DIR: mounted },
  });
  process.exit(status ?? 1);
}

if (verb === 'get' && kind === 'namespace') process.exit(existsSync(file) ? 0 : 1);
else if (verb === 'apply' || (verb === 'create' && kind === 'namespace')) keep();
else if (verb === 'get' && kind === 'deployment') process.stdout.write('rondo/gateway:dev');
else if (verb === 'wait') process.exit(existsSync(join(directory, name.replace('pod/', ''))) ? 0 : 1);
else if (verb === 'delete' && kind === 'pod') rmSync(join(directory, name), { force: true });
else if (verb === 'exec') execInPod(kind, args.slice(args.indexOf('--') + 1));
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
  } else if (data)
    process.stdout.write(data[/^jsonpath=\{\.data\.(.+)\}$/.exec(output)[1].replaceAll(String.raw`\.`, '.')]);
  else process.exit(1);
} else if (verb === 'create') {
  const object = readObject();
  if (secrets[object.metadata.name]) refuse(object);
  if (object.kind === 'Pod') writeFileSync(join(directory, object.metadata.name), JSON.stringify(object));
  else secrets[object.metadata.name] = object.data;
  keep();
} else if (verb === 'patch' && kind === 'secret') {
  const object = readObject();
  if (!secrets[name]) refuse(object);
  Object.assign(secrets[name], object.data);
  keep();
} else process.exit(1);
