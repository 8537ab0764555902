// The reader of plain rows becomes bytes: plain-rows.wat is their only source.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Writes engine/feeds/generated/plain-rows.ts from plain-rows.wat; does nothing when it is newer than what it is made from. */
export async function assemble(root) {
  const source = join(root, 'engine/feeds/plain-rows.wat');
  const out = join(root, 'engine/feeds/generated/plain-rows.ts');
  const changed = Math.max(...[source, fileURLToPath(import.meta.url)].map((path) => statSync(path).mtimeMs));
  if (existsSync(out) && statSync(out).mtimeMs > changed) return;
  const { default: openWabt } = await import('wabt');
  const wabt = await openWabt();
  const parsed = wabt.parseWat('plain-rows.wat', readFileSync(source, 'utf8'));
  parsed.validate();
  const { buffer } = parsed.toBinary({});
  mkdirSync(dirname(out), { recursive: true });
  const text = Buffer.from(buffer).toString('base64');
  writeFileSync(out, `// Made from plain-rows.wat by assemble.mjs; edit that.\nexport const PLAIN_ROWS = '${text}';\n`);
}
