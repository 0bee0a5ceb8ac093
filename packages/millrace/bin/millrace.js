#!/usr/bin/env node
// The command's fixed address: it exists before the build does, so that an install can link it.
import { ended } from '../dist/cli.js'
import { leaveAfter } from '../dist/leave.js'

leaveAfter(ended)
