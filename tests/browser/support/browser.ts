import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import type { Cleanup } from '@rondo/shared/test/identity';

const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser of this machine; undefined without one. */
export const browserPath = places.find((path) => path && existsSync(path));
export const skipReason = browserPath
  ? false
  : 'there is no chromium on this machine (set CHROMIUM to its path)';

export type View = { name: string; width: number; height: number; scheme: 'light' | 'dark' };

export const views: View[] = [
  { name: 'a screen, light', width: 1280, height: 900, scheme: 'light' },
  { name: 'a screen, dark', width: 1280, height: 900, scheme: 'dark' },
  { name: 'a phone, light', width: 390, height: 844, scheme: 'light' },
  { name: 'a phone, dark', width: 390, height: 844, scheme: 'dark' },
];

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Opens the browser with a profile of its own, and closes it after the test. */
export async function openBrowser(t: Cleanup, { width, height, scheme }: View): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'rondo-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browserPath ?? '',
    headless: true,
    args: flags,
    viewport: { width, height },
    colorScheme: scheme,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(20_000);
  t.after(async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });
  return context;
}

/** Collects what a page does that a reader would call broken. */
export function complaintsOf(page: Page, origin: string): { list: string[] } {
  const list: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') list.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => list.push(`error: ${error.message}`));
  page.on('requestfailed', (request) =>
    list.push(`failed: ${request.url()} ${request.failure()?.errorText}`),
  );
  page.on('request', (request) => {
    const { protocol, origin: from } = new URL(request.url());
    if (/^https?:$/.test(protocol) && from !== origin) list.push(`from elsewhere: ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) list.push(`${response.status()}: ${response.url()}`);
  });
  return { list };
}

/** Whether the page is wider than its window. */
export async function scrollsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
}

/** The lightness, 0 to 255, of what the page's body is painted on. */
export async function groundOf(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const opaque = [document.body, document.documentElement]
      .map((element) => getComputedStyle(element).backgroundColor)
      .find((color) => !/, 0\\)$|transparent/.test(color)) ?? 'rgb(255, 255, 255)';
    const canvas = document.createElement('canvas').getContext('2d');
    canvas.fillStyle = opaque;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3;
  })()`);
}
