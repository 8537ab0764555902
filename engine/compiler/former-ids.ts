import type { DocumentPath } from '../documents/document.ts';
import type { Reporter } from './finding.ts';

interface Renamed {
  readonly id: string;
  readonly renamedFrom: string | undefined;
  readonly reporter: Reporter;
  /** Of its `renamed_from`. */
  readonly path: DocumentPath;
}

/** What was kept under a former id can go to one heir, and only when nobody has that id any more. */
export function checkFormerIds(all: readonly Renamed[], what: 'strategy' | 'circuit breaker'): void {
  const ids = new Set(all.map(({ id }) => id));
  const heirs = new Map<string, string>();
  for (const { id, renamedFrom, reporter, path } of all) {
    if (renamedFrom === undefined) continue;
    const other = heirs.get(renamedFrom);
    if (renamedFrom === id) {
      reporter.at(
        'E340',
        path,
        `\`${id}\` is renamed from itself`,
        'write the id that it had before, or take the key out',
      );
    } else if (ids.has(renamedFrom)) {
      const message = `\`${id}\` is renamed from \`${renamedFrom}\`, and there still is a ${what} of that id`;
      reporter.at('E340', path, message, 'take the key out, or the other one');
    } else if (other !== undefined) {
      const message = `\`${id}\` and \`${other}\` are both renamed from \`${renamedFrom}\``;
      reporter.at('E340', path, message, 'keep the key in the one that goes on with its positions');
    } else heirs.set(renamedFrom, id);
  }
}
