export const MEANING_CODES = {
  E301: {
    severity: 'error',
    title: 'duplicate strategy id',
    explanation: '',
    wrong: '',
    right: '',
  },
} as const;
