// The reader of plain rows becomes bytes: plain-rows.wat is their only source.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = 'engine/feeds/plain-rows.wat';

/** The bytes that a program's text stands for, base64. */
export async function assembled(text) {
  const { default: openWabt } = await import('wabt');
  const wabt = await openWabt();
  const parsed = wabt.parseWat(SOURCE, text);
  parsed.validate();
  return Buffer.from(parsed.toBinary({}).buffer).toString('base64');
}

/** Writes engine/feeds/generated/plain-rows.ts from plain-rows.wat; does nothing when it is newer than what it is made from. */
export async function assemble(root) {
  const source = join(root, SOURCE);
  const out = join(root, 'engine/feeds/generated/plain-rows.ts');
  const changed = Math.max(...[source, fileURLToPath(import.meta.url)].map((path) => statSync(path).mtimeMs));
  if (existsSync(out) && statSync(out).mtimeMs > changed) return;
  const bytes = await assembled(readFileSync(source, 'utf8'));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(
    out,
    `// Made from plain-rows.wat by assemble.mjs; edit that.\nexport const PLAIN_ROWS = '${bytes}';\n`,
  );
}
