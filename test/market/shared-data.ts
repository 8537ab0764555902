import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Folder of the real bars and calendars that lie beside the project. */
export const SHARED = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Why tests on real data are left out, or false when the data is there. */
export const MISSING_DATA = existsSync(SHARED) ? false : `real data is missing: ${SHARED}`;
