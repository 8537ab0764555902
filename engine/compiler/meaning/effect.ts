import type { EditClass } from '../../documents/edit-class.ts';
import type { StrategyModel } from '../model.ts';
import type { FieldChange } from './field-changes.ts';

/** What becomes of an open position whose strategy or symbol is taken out. */
export const leaving = (model: StrategyModel): string =>
  policies(model).onRemove === 'flatten'
    ? 'open positions are closed at the next open'
    : 'open positions keep their exits until closed';

const levels = (model: StrategyModel): string =>
  policies(model).onChange === 'adopt' ? 'open positions take it over' : 'open positions keep their levels';

const policies = ({ entries, exits }: StrategyModel): StrategyModel['exits']['long'] =>
  exits[entries[0]?.side ?? 'long'];

const STARTING = 'filled from history, then it may enter';
const FLAT = 'starts flat, with its own purse';
const REWARMED = 're-warmed from history; entries wait until known';

/** What a changed field does to a running engine. */
export function fieldEffect(
  { key, before, after, class: of }: FieldChange,
  old: StrategyModel,
  next: StrategyModel,
  fills: boolean,
): string {
  if (key === 'enabled') return after === 'false' ? leaving(old) : STARTING;
  if (key === 'shadow') return after === 'true' ? `starts flat in a ledger of its own; ${leaving(old)}` : FLAT;
  if (key === 'symbols') {
    const parts = [...(after === undefined ? [] : [STARTING]), ...(before === undefined ? [] : [leaving(next)])];
    const moved = before?.split(', ').toSorted().join() === after?.split(', ').toSorted().join();
    return moved ? 'the first goes first when cash is short' : parts.join('; ');
  }
  if (of === 'at_once') {
    const state = fills ? 'new indicators are filled from history first' : 'state kept';
    const acts = /^exit\.(long|short)|flat_by/.test(key);
    return acts ? `${state}; open positions too` : state;
  }
  return classEffect(of, next);
}

/** What an edited name does, by all that it reaches. */
export function reachEffect(classes: readonly EditClass[], fills: boolean, next: StrategyModel): string {
  if (classes.length === 0) return 'nothing reads it';
  const parts = [
    fills ? REWARMED : 'state kept',
    ...(classes.includes('next_order') ? ['sizes and orders from the next one on'] : []),
    ...(classes.includes('on_change') ? [levels(next)] : []),
  ];
  return parts.join('; ');
}

function classEffect(of: EditClass, model: StrategyModel): string {
  switch (of) {
    case 'none':
      return 'no effect on a run';
    case 'at_once':
      return 'state kept';
    case 'rewarm':
      return REWARMED;
    case 'next_order':
      return 'from the next order on';
    case 'on_change':
      return levels(model);
    case 'on_remove':
      return leaving(model);
  }
}
