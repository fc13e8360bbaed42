import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { eventually } from '@rondo/shared/test/eventually';
import { startHostProcess, type HostProcess } from '../support/host-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import {
  complaintsOf,
  groundOf,
  openBrowser,
  scrollsSideways,
  skipReason,
  views,
} from './support/browser.ts';
import { documentedPaths } from './support/documented-addresses.ts';

const [screen] = views;
assert.ok(screen);

/** What a page shows when it is complete. */
const pages: { path: string; title: RegExp; shows: (page: Page) => Promise<unknown> }[] = [
  {
    path: '/',
    title: /^Rondo is running$/,
    shows: (page) => page.getByText('All services are ready').waitFor(),
  },
  {
    path: '/docs',
    title: /Rondo/,
    shows: (page) => page.getByRole('heading', { name: 'Rondo', exact: true }).first().waitFor(),
  },
];

describe('a reader with a browser', { skip: skipReason, timeout: 240_000 }, () => {
  const cleanup: (() => unknown)[] = [];
  let host: HostProcess;
  let url: string;
  let token: string;

  before(async () => {
    const dataDir = await temporaryDirectory({ after: (close) => cleanup.push(close) });
    host = await startHostProcess(dataDir);
    url = host.endpoints.url;
    await eventually(() => host.lines.some((line) => /Ctrl-C/.test(line)));
    const program = resolve(import.meta.dirname, '../../gateway/src/print-token.ts');
    const env = { ...process.env, RONDO_DATA_DIR: dataDir };
    token = spawnSync(process.execPath, [program], { env, encoding: 'utf8' }).stdout.trim();
  });
  after(async () => {
    await host?.end('SIGTERM');
    for (const close of cleanup) await close();
  });

  for (const view of views) {
    test(`finds every page in order on ${view.name}`, async (t) => {
      const context = await openBrowser(t, view);
      for (const { path, title, shows } of pages) {
        const page = await context.newPage();
        const complaints = complaintsOf(page, url);
        await page.goto(`${url}${path}`);
        await shows(page);
        assert.match(await page.title(), title);
        assert.deepEqual(complaints.list, [], path);
        assert.equal(await scrollsSideways(page), false, `${path} scrolls sideways`);
        const ground = await groundOf(page);
        assert.equal(
          ground < 128,
          view.scheme === 'dark',
          `${path} is painted on ${ground} in ${view.scheme}`,
        );
        await page.close();
      }
    });
  }

  test('finds a page at every address that the start prints', async (t) => {
    const context = await openBrowser(t, screen);
    const printed = host.lines.join('\n').match(/https?:\/\/[^\s)]+/g) ?? [];
    assert.ok(printed.length > 0);
    for (const address of new Set(printed)) {
      const known = pages.find(({ path }) => new URL(address).href === `${url}${path}`);
      assert.ok(known, `${address} is printed, and is no page of the gateway`);
      const page = await context.newPage();
      const complaints = complaintsOf(page, url);
      await page.goto(address);
      await known.shows(page);
      assert.deepEqual(complaints.list, [], address);
      await page.close();
    }
  });

  test('finds what the documents promise at every address that they name', async (t) => {
    const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const templates = Object.keys(document.paths).map((template) => ({
      template,
      pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    }));
    const context = await openBrowser(t, screen);
    await context.setExtraHTTPHeaders({ authorization: `Bearer ${token}` });
    for (const [documented, files] of documentedPaths()) {
      const path = documented.replace('SERVICE', 'todo-service');
      const known = templates.find(({ pattern }) => pattern.test(path));
      const place = `${path} of ${files.join(', ')}`;
      if (path.startsWith('/api/')) assert.ok(known, `${place} is not in the OpenAPI document`);
      // Only a person at a keyboard knows the ids; and what is downloaded is no page.
      if (path.includes('$') || path.endsWith('/export')) continue;
      if (known && !('get' in (document.paths[known.template] ?? {}))) continue;
      const page = await context.newPage();
      const answer = await page.goto(`${url}${path}`);
      assert.equal(answer?.status(), 200, place);
      await page.close();
    }
  });

  test('can follow every link of the start page', async (t) => {
    const context = await openBrowser(t, screen);
    const page = await context.newPage();
    await page.goto(url);
    const links = await page.evaluate<string[]>(
      '[...document.querySelectorAll("a[href]")].map((link) => link.href)',
    );
    assert.ok(links.length > 4);
    for (const link of new Set(links)) {
      const answer = await page.goto(link);
      assert.equal(answer?.status(), 200, link);
      assert.ok(((await page.locator('body').innerText()).trim().length ?? 0) > 20, link);
    }
  });

  test('copies the first command with one click', async (t) => {
    const context = await openBrowser(t, screen);
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole('button', { name: /^Copy the command: Get a token/ }).click();
    assert.equal(await page.evaluate('navigator.clipboard.readText()'), 'TOKEN=$(npm run --silent token)');
    await page.getByText('Copied').waitFor();
  });

  test('reads that there is no page at a wrong address', async (t) => {
    const context = await openBrowser(t, screen);
    const page = await context.newPage();
    const answer = await page.goto(`${url}/nowhere`);
    assert.equal(answer?.status(), 404);
    await page.getByRole('link', { name: /start page/ }).click();
    assert.equal(await page.title(), 'Rondo is running');
  });

  test('tries an operation with a token on the page of the reference', async (t) => {
    const context = await openBrowser(t, screen);
    const page = await context.newPage();
    await page.goto(`${url}/docs`);
    await page.getByPlaceholder('Token').first().fill(token);
    await page.goto(`${url}/docs#tag/tasks/GET/api/v1/tasks`);
    await page
      .getByRole('button', { name: /^Test Request.*\(get \/api\/v1\/tasks\)$/s })
      .first()
      .click();
    const answered = page.waitForResponse((response) => response.url().startsWith(`${url}/api/v1/tasks?`));
    await page.getByRole('button', { name: /^Send/ }).first().click();
    const answer = await answered;
    assert.equal(answer.status(), 200);
    assert.deepEqual(((await answer.json()) as { tasks: unknown[] }).tasks, []);
    await page.getByText('200 OK').first().waitFor();
  });
});
