import type { Failure, SuiteResult, TestResult } from '../runtime/rule-tests/suite.ts';
import { failureLines, passed } from './rule-tests.ts';
import { styleOf } from './style.ts';

const MARKS: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 has no place for most control characters, escaped or not. */
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"']/g, (mark) => MARKS[mark]!);

const attributes = (of: Readonly<Record<string, string | number>>): string =>
  Object.entries(of)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');

const WIDTH = 100;

function failureXml(failure: Failure): string {
  const text = failureLines(failure, { width: WIDTH, style: styleOf(false) }).join('\n');
  return `      <failure${attributes({ type: failure.finding.code, message: failure.finding.message })}>${escaped(text)}</failure>\n`;
}

function testXml(test: TestResult): string {
  const file = test.document.source(['tests', test.index, 'name']).path;
  const head = `    <testcase${attributes({ classname: test.strategy, name: test.name, file })}`;
  return passed(test) ? `${head}/>\n` : `${head}>\n${test.failures.map(failureXml).join('')}    </testcase>\n`;
}

const failed = (tests: readonly TestResult[]): number => tests.filter((test) => !passed(test)).length;

/** A test run as JUnit XML, as build servers read it: a suite a strategy, without times. */
export function testsJunit(suites: readonly SuiteResult[]): string {
  const all = suites.flatMap(({ tests }) => tests);
  const parts = suites.map(({ document, tests }) => {
    const head = attributes({ name: document.value.id, tests: tests.length, failures: failed(tests) });
    return `  <testsuite${head}>\n${tests.map(testXml).join('')}  </testsuite>\n`;
  });
  const head = attributes({ name: 'engine test', tests: all.length, failures: failed(all) });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${parts.join('')}</testsuites>\n`;
}
