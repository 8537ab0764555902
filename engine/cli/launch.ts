#!/usr/bin/env node
// The command that is installed. Most of a short command's time is reading and compiling its own text, so that this is done at
// build time.
import { readProgram, startProgram } from './program.ts';

startProgram(readProgram());
