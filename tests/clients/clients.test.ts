import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  apiDocument,
  eventsDocument,
  npmTools,
  pythonTools,
  run,
  temporaryDirectory,
  toolsDirectory,
} from './support/tools.ts';

const typescriptCaller = `import { completeTask, createTask, listTasks } from './client/index.ts';

export const everything = listTasks();
export const urgent = listTasks({ query: { priority: [1] } });
export const made = createTask({ body: { quick_add: 'Pay rent on Friday' } });
export const done = completeTask({ path: { id: '0197a3c0-5b1e-7c4a-9f2d-3e8b6a1c0d42' } });
// @ts-expect-error: there is no such field
export const wrong = createTask({ body: { titel: 'Pay rent' } });
`;

/** The generator does not know these media types. docs/api/README.md tells its readers the same. */
const pythonSettings = `content_type_overrides:
  text/calendar: application/octet-stream
  text/csv: application/octet-stream
  text/markdown: application/octet-stream
  text/plain: application/octet-stream
  application/zip: application/octet-stream
  application/x-ndjson: text/plain
post_hooks: []
`;

const pythonCaller = `
import inspect
from client import AuthenticatedClient
from client.api.tasks import list_tasks, create_task, complete_task
from client.models import TaskCreation

client = AuthenticatedClient(base_url="http://127.0.0.1:1", token="none")
inspect.signature(list_tasks.sync).bind(client=client)
inspect.signature(create_task.sync).bind(client=client, body=TaskCreation(quick_add="Pay rent on Friday"))
inspect.signature(complete_task.sync).bind("0197a3c0-5b1e-7c4a-9f2d-3e8b6a1c0d42", client=client)
`;

describe('generators from npm', { timeout: 240_000 }, () => {
  const tools = npmTools();

  test('@hey-api/openapi-ts makes a client without a warning, and it compiles strictly', (t) => {
    if ('missing' in tools) return t.skip(tools.missing);
    const directory = temporaryDirectory(t);
    const generate = ['-i', apiDocument, '-o', 'client', '-c', '@hey-api/client-fetch'];
    const made = run(join(tools.bin, 'openapi-ts'), generate, directory);
    assert.equal(made.status, 0, made.output);
    assert.doesNotMatch(made.output, /warn|error|deprecat/i);
    writeFileSync(join(directory, 'caller.ts'), typescriptCaller);
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext'];
    const resolution = ['--moduleResolution', 'bundler', '--allowImportingTsExtensions'];
    const library = ['--lib', 'es2022,dom,dom.iterable'];
    const compiled = run(
      join(tools.bin, 'tsc'),
      [...options, ...resolution, ...library, 'caller.ts'],
      directory,
    );
    assert.equal(compiled.status, 0, compiled.output);
  });

  test('@asyncapi/parser finds nothing wrong with the document of topics and socket', (t) => {
    if ('missing' in tools) return t.skip(tools.missing);
    const parsed = run(process.execPath, [join(toolsDirectory, 'check-asyncapi.js'), eventsDocument]);
    assert.deepEqual(parsed, { status: 0, output: '' });
  });
});

describe('generators from PyPI', { timeout: 240_000 }, () => {
  const tools = pythonTools();

  test('openapi-python-client makes a client without a warning, and it can be called', (t) => {
    if ('missing' in tools) return t.skip(tools.missing);
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'settings.yaml'), pythonSettings);
    const generate = ['generate', '--path', apiDocument, '--config', 'settings.yaml', '--fail-on-warning'];
    const made = run(
      join(tools.bin, 'openapi-python-client'),
      [...generate, '--output-path', 'client', '--meta', 'none'],
      directory,
    );
    assert.equal(made.status, 0, made.output);
    assert.doesNotMatch(made.output, /warning/i);
    writeFileSync(join(directory, 'caller.py'), pythonCaller);
    const called = run(join(tools.bin, 'python'), ['caller.py'], directory);
    assert.equal(called.status, 0, called.output);
  });
});
