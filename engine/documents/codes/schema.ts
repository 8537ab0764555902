export const SCHEMA_CODES = {
  E101: {
    severity: 'error',
    title: 'unknown key',
    explanation: '',
    wrong: '',
    right: '',
  },
} as const;
