#!/usr/bin/env node
"use strict";

// The command `relcore`, also as `npx relcore`: the same as the binary of the crate `relcore-cli`.
process.exitCode = require("../lib/native.js").main(process.argv.slice(2));
