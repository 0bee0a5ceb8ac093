#!/usr/bin/env node
// The command's fixed address: it exists before the build does, so that an install can link it.
import '../dist/cli.js'
