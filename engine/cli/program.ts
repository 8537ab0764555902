import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

/** The program as the build wrote it: one function over `require` and the program's own path, nothing but ASCII. */
type Program = (require: NodeJS.Require, path: string) => void;

const FOLDER = dirname(fileURLToPath(import.meta.url));
const PROGRAM = join(FOLDER, 'program.js');

/** Where the code of the program lies that one version of Node compiled ahead, on one kind of processor. */
export const codeCachePath = (): string => join(FOLDER, `program-${process.version}-${process.arch}.cache`);

/** The code that was compiled ahead, if there is any for this Node. */
const codeCache = (): Buffer | undefined => {
  try {
    return readFileSync(codeCachePath());
  } catch {
    return undefined;
  }
};

/**
 * The program with the code that was compiled ahead; without it, or with code that V8 does not take (flags of its own make it
 * refuse), it is compiled as it runs.
 */
export const readProgram = (): Script => {
  const cachedData = codeCache();
  // One byte a character: it is not decoded, and V8 keeps half of it in memory.
  const text = readFileSync(PROGRAM, 'latin1');
  return new Script(text, { filename: PROGRAM, ...(cachedData === undefined ? {} : { cachedData }) });
};

/** Runs the command that `process.argv` names. */
export const startProgram = (script: Script): void => {
  const program = script.runInThisContext() as Program;
  program(createRequire(PROGRAM), PROGRAM);
};
