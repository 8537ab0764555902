import { readFile } from 'node:fs/promises';
import type { PageAssets } from '../report/html/page.ts';
import { packageFile } from './package-files.ts';

/** Program and style of the HTML report, as the build laid them beside the commands. */
export const readPageAssets = async (): Promise<PageAssets> => {
  const [script, style] = await Promise.all(
    ['report-page.js', 'report-page.css'].map((name) => readFile(packageFile('dist', name), 'utf8')),
  );
  return { script: script!, style: style! };
};
