export const EXPRESSION_CODES = {
  E201: {
    severity: 'error',
    title: 'unknown name',
    explanation: '',
    wrong: '',
    right: '',
  },
} as const;
