"use strict";

// Loads the native library: the file that `npm run build` made, or the package of this platform.
const { join } = require("node:path");
const { version } = require("../package.json");

// On Linux either C library may be there; npm installs the package of the right one only.
const ABIS = { linux: ["-gnu", "-musl"], win32: ["-msvc"] };

function load() {
  const platforms = (ABIS[process.platform] ?? [""]).map(
    (abi) => `${process.platform}-${process.arch}${abi}`,
  );
  const causes = [];
  for (const platform of platforms) {
    for (const library of [built, installed]) {
      try {
        return checked(library(platform), platform);
      } catch (cause) {
        if (cause.code !== "MODULE_NOT_FOUND" || !cause.message.includes(platform)) causes.push(cause);
      }
    }
  }
  const names = platforms.map((platform) => `\`relcore-${platform}\``).join(" or ");
  const why = causes.map((cause) => `: ${cause.message}`).join("");
  throw new Error(
    `the native library of relcore is missing: install ${names} in version ${version}, without --no-optional${why}`,
    { cause: causes[0] },
  );
}

function built(platform) {
  const file = join(__dirname, "..", `relcore.${platform}.node`);
  return require(file);
}

/** Literal names, so that bundlers find the package. */
function installed(platform) {
  try {
    switch (platform) {
      case "darwin-arm64":
        return require("relcore-darwin-arm64");
      case "darwin-x64":
        return require("relcore-darwin-x64");
      case "linux-arm64-gnu":
        return require("relcore-linux-arm64-gnu");
      case "linux-arm64-musl":
        return require("relcore-linux-arm64-musl");
      case "linux-x64-gnu":
        return require("relcore-linux-x64-gnu");
      case "linux-x64-musl":
        return require("relcore-linux-x64-musl");
      case "win32-x64-msvc":
        return require("relcore-win32-x64-msvc");
    }
  } catch (cause) {
    throw cause; // a bundler accepts that a package is missing only inside `try`
  }
  throw new Error(`relcore has no package for ${platform}: build it from source`);
}

function checked(native, platform) {
  const found = native.version();
  if (found === version) return native;
  throw new Error(`the native library for ${platform} is version ${found}, expected ${version}`);
}

module.exports = load();
