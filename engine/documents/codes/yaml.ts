export const YAML_CODES = {
  E001: {
    severity: 'error',
    title: 'file cannot be read',
    explanation: '',
    wrong: '',
    right: '',
  },
} as const;
