"use strict";

// Finds the native part: the file that `npm run build` put here, or the package of this platform.
const { version } = require("./package.json");

// On Linux either C library may be there; npm installs the package of the right one only.
const ABIS = { linux: ["-gnu", "-musl"], win32: ["-msvc"] };

function load() {
  const platforms = (ABIS[process.platform] ?? [""]).map(
    (abi) => `${process.platform}-${process.arch}${abi}`,
  );
  const causes = [];
  for (const platform of platforms) {
    for (const place of [`./relcore.${platform}.node`, `relcore-${platform}`]) {
      try {
        return checked(require(place), place);
      } catch (cause) {
        if (cause.code !== "MODULE_NOT_FOUND" || !cause.message.includes(place)) causes.push(cause);
      }
    }
  }
  const names = platforms.map((platform) => `\`relcore-${platform}\``).join(" or ");
  const why = causes.map((cause) => `: ${cause.message}`).join("");
  throw new Error(
    `the native part of relcore is missing: install ${names} in version ${version}, without --no-optional${why}`,
    { cause: causes[0] },
  );
}

function checked(native, place) {
  const found = native.version();
  if (found === version) return native;
  throw new Error(`\`${place}\` is version ${found}, expected ${version}`);
}

module.exports = load();
