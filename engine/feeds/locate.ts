import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';

/** The file beside the bars that holds splits and dividends. */
export const ACTIONS_FILE = 'actions.csv';

export type Place =
  | { readonly kind: 'folder'; readonly folder: string; readonly files: readonly string[] }
  | { readonly kind: 'file'; readonly folder: string; readonly file: string }
  | { readonly kind: 'missing'; readonly code: string };

/** What stands at the path: a folder of bars (its files by name), one file, or nothing. */
export function placeAt(path: string): Place {
  try {
    if (!statSync(path).isDirectory()) return { kind: 'file', folder: join(path, '..'), file: path };
    return { kind: 'folder', folder: path, files: readdirSync(path).sort() };
  } catch (error) {
    return { kind: 'missing', code: error instanceof Error && 'code' in error ? String(error.code) : 'unknown' };
  }
}

const isBars = (file: string): boolean => extname(file).toLowerCase() === '.csv' && file.toLowerCase() !== ACTIONS_FILE;

/** The CSV files of bars among the names of a folder. */
export const barFiles = (files: readonly string[]): string[] =>
  files.filter((file) => isBars(file) && !file.startsWith('.'));

/** The symbol that a file's name stands for: `spy.csv` is SPY, `BTC-USD.csv` and `BTCUSD.csv` are BTC/USD, `BRK-B.csv` is BRK.B. */
export function symbolOfFile(file: string): string {
  const name = basename(file, extname(file)).toUpperCase();
  const pair = /^([A-Z0-9]{2,10})[-_](USD|USDT|USDC|EUR|GBP|BTC|ETH)$/.exec(name);
  const coin = /^(BTC|ETH|SOL|LTC|BCH|DOGE|AVAX|LINK|UNI|AAVE|XRP|ADA|DOT|SHIB)(USD|USDT|USDC)$/.exec(name);
  if (coin !== null) return `${coin[1]}/${coin[2]}`;
  if (pair !== null) return `${pair[1]}/${pair[2]}`;
  return name.replace(/^([A-Z]+)[-_]([A-Z])$/, '$1.$2');
}

const plain = (text: string): string => text.toUpperCase().replace(/[/._-]/g, '');

/** The file of a symbol: its name with `/` and `.` kept, written `-` or `_`, or left out; in any case. */
export function fileOfSymbol(symbol: string, files: readonly string[]): string | undefined {
  const candidates = barFiles(files);
  return (
    candidates.find((file) => basename(file, extname(file)) === symbol) ??
    candidates.find((file) => symbolOfFile(file) === symbol.toUpperCase()) ??
    candidates.find((file) => plain(basename(file, extname(file))) === plain(symbol))
  );
}

/** Size of a file in bytes, 0 when it is not there. */
export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
