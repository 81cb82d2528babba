// Builds the native library and puts it beside index.js: `npm run build [-- --debug] [-- --target TRIPLE]`.
import { execFileSync } from "node:child_process";
import { copyFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PLATFORMS, here } from "./platforms.mjs";

const { values } = parseArgs({ options: { debug: { type: "boolean" }, target: { type: "string" } } });
const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const platform = values.target
  ? Object.keys(PLATFORMS).find((name) => PLATFORMS[name].target === values.target)
  : here();
if (!platform)
  throw new Error(`no platform is known for ${values.target ?? "this machine"}: see scripts/platforms.mjs`);

const choices = [
  ...(values.debug ? [] : ["--release"]),
  ...(values.target ? ["--target", values.target] : []),
];
const cargo = (...rest) =>
  execFileSync("cargo", rest, { cwd: folder, stdio: ["inherit", "pipe", "inherit"], maxBuffer: 1 << 30 });
cargo("build", "--package", "relcore-node", "--locked", ...choices);
const { target_directory } = JSON.parse(cargo("metadata", "--format-version", "1", "--no-deps").toString());

const names = { darwin: "librelcore_node.dylib", win32: "relcore_node.dll" };
const library = names[PLATFORMS[platform].os] ?? "librelcore_node.so";
const built = join(target_directory, values.target ?? "", values.debug ? "debug" : "release", library);
const file = `relcore.${platform}.node`;
// By renaming, so that a process that runs the old one is not disturbed.
copyFileSync(built, join(folder, `${file}.new`));
renameSync(join(folder, `${file}.new`), join(folder, file));
console.log(`built ${file}`);
