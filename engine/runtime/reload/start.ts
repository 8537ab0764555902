import { type Gathered, gather, prepareWorkspace, type Workspace } from '../workspace.ts';
import { placesOf } from './places.ts';
import { createReloader, type Reloader, type ReloaderOptions } from './reloader.ts';
import { type WatchOptions, watchPlaces } from './watch.ts';

export interface ReloadOptions<Report>
  extends Omit<ReloaderOptions<Report>, 'prepare' | 'read'>,
    Pick<WatchOptions, 'pollMs' | 'pollUnwatchedMs' | 'watchFolder'> {
  /** `prepareWorkspace` unless given. */
  readonly prepare?: (gathered: Gathered) => Workspace | Promise<Workspace>;
}

/**
 * Watches the files of the rules that run and keeps the two in step, until closed. What was edited since `running` was
 * loaded is seen too. Rules that came on stdin have no file: nothing is watched, and a reload finds them unchanged.
 */
export function startReload<Report>(options: ReloadOptions<Report>): Reloader<Report> {
  const { options: where, tell } = options;
  const fixed = where.stdin !== undefined;
  const watching = watchPlaces({
    ...options,
    touched: () => reloader.touched(),
    polling: (folder, reason, everyMs) => tell({ kind: 'polling', folder, reason, everyMs }),
  });
  const reloader = createReloader<Report>({
    ...options,
    prepare: options.prepare ?? ((gathered) => prepareWorkspace(where, gathered)),
    read() {
      const gathered = gather(where);
      if (!fixed) watching.follow(placesOf(where, gathered));
      return gathered;
    },
  });
  if (!fixed) {
    watching.follow(placesOf(where, gather(where)));
    reloader.touched();
  }
  return {
    ...reloader,
    async close() {
      watching.close();
      await reloader.close();
    },
  };
}
