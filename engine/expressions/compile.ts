export { compileCondition, compileSlot } from './compile-condition.ts';
export { compileNumber, type SlotOf } from './compile-number.ts';
