import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the machine's Chromium, or the one that `CHROMIUM` names. */
export function launch(): Promise<Browser> {
  const executablePath = PLACES.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error('there is no Chromium: install it (Debian: apt-get install chromium), or name it in CHROMIUM');
  }
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A page that is open, and what it did that it should not have. */
export interface Watched {
  readonly page: Page;
  /** Messages of the console, errors that nobody caught, and requests for anything but the file. */
  readonly faults: readonly string[];
}

export interface Screen {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Opens a file in a window of its own and waits until its charts are drawn. */
export async function open(browser: Browser, path: string, screen: Screen = {}): Promise<Watched> {
  const { width = 1600, height = 1000, colorScheme = 'light' } = screen;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('console', (message) => faults.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== `file://${path}`) faults.push(`request: ${request.url()}`);
  });
  await page.goto(`file://${path}`);
  await page.locator('footer').waitFor();
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  return { page, faults };
}

/** How many colours each canvas of a part of the page shows; 1 is a blank one. */
export const coloursOf = (page: Page, part: string): Promise<number[]> =>
  page.evaluate<number[]>(`[...document.querySelectorAll(${JSON.stringify(`${part} canvas`)})].map((canvas) => {
    if (canvas.width === 0 || canvas.height === 0) return 0;
    // Read from a copy: reading a chart's own canvas would change how the browser keeps it.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })`);
