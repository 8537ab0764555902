import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Snapshots kept: a day of them, one every five minutes. */
export const KEPT = 288;

const FOLDER = 'portfolio_states';
const LATEST = 'latest_state.json';
const NAME = /^portfolio_state_\d{8}_\d{6}\.json$/;

/** Writes a file beside its place, then gives it its name: a reader finds the old one or the new one. */
function writeWhole(path: string, text: string): void {
  const beside = `${path}.tmp`;
  rmSync(beside, { force: true });
  const descriptor = openSync(beside, 'wx', 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, path);
}

/**
 * Writes a snapshot as `portfolio_states/portfolio_state_YYYYMMDD_HHMMSS.json` and `latest_state.json`, and removes the
 * oldest beyond `kept`.
 * @param savedAt wall clock, ISO 8601: the name's time, UTC
 */
export function writeSnapshot(state: string, savedAt: string, content: unknown, kept = KEPT): void {
  const folder = join(state, FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify(content, undefined, 2)}\n`;
  const stamp = savedAt.slice(0, 19).replace(/[-:]/g, '').replace('T', '_');
  writeWhole(join(folder, `portfolio_state_${stamp}.json`), text);
  writeWhole(join(folder, LATEST), text);
  const names = readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort();
  for (const name of names.slice(0, Math.max(0, names.length - kept))) rmSync(join(folder, name), { force: true });
}
