// Packs the main package and one for each platform whose native library was built: `npm run package -- FOLDER`.
// The main package names those platforms as optional dependencies; the committed package.json names none, because a
// lock file cannot hold packages that do not exist yet.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { PLATFORMS } from "./platforms.mjs";

const out = resolve(process.argv[2] ?? "dist");
const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const main = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const { version, license, author, homepage, bugs, repository, engines } = main;
const work = mkdtempSync(join(tmpdir(), "relcore-package-"));
mkdirSync(out, { recursive: true });

function pack(manifest, copy) {
  const target = join(work, manifest.name);
  mkdirSync(target);
  writeFileSync(join(target, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  copy(target);
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"])
    copyFileSync(join(folder, "..", name), join(target, name));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", out], {
    cwd: target,
    shell: process.platform === "win32",
  });
  console.log(`packed ${manifest.name}-${version}.tgz`);
}

const optionalDependencies = {};
for (const [platform, { os, cpu, libc }] of Object.entries(PLATFORMS)) {
  const file = `relcore.${platform}.node`;
  if (!existsSync(join(folder, file))) continue;
  const name = `relcore-${platform}`;
  optionalDependencies[name] = version;
  const description = `The native library of relcore for ${platform}`;
  const limits = { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
  const manifest = {
    name,
    version,
    description,
    license,
    author,
    homepage,
    bugs,
    repository,
    engines,
    ...limits,
    main: file,
    files: [file, "LICENSE-*"],
  };
  pack(manifest, (target) => copyFileSync(join(folder, file), join(target, file)));
}
const { devDependencies, scripts, ...published } = main;
pack({ ...published, optionalDependencies }, (target) => {
  for (const name of readdirSync(folder)) {
    const isPublished = /\.m?js$|\.d\.m?ts$|^(bin|lib|README\.md)$/.test(name);
    if (isPublished) cpSync(join(folder, name), join(target, name), { recursive: true });
  }
});
rmSync(work, { recursive: true });
