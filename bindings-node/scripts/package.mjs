// Packs the main package and one for each platform whose native part was built: `npm run package -- FOLDER`.
// The main package names those platforms as optional dependencies; the committed package.json names none, because a
// lock file cannot hold packages that do not exist yet.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
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
const { version, license, author, repository, engines } = main;
const work = mkdtempSync(join(tmpdir(), "relcore-package-"));
mkdirSync(out, { recursive: true });

function pack(manifest, copy) {
  const place = join(work, manifest.name);
  mkdirSync(place);
  writeFileSync(join(place, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  copy(place);
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"])
    copyFileSync(join(folder, "..", name), join(place, name));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", out], {
    cwd: place,
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
  const description = `The native part of relcore for ${platform}`;
  const limits = { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
  const manifest = {
    name,
    version,
    description,
    license,
    author,
    repository,
    engines,
    ...limits,
    main: file,
    files: [file],
  };
  pack(manifest, (place) => copyFileSync(join(folder, file), join(place, file)));
}
const { devDependencies, scripts, ...published } = main;
pack({ ...published, optionalDependencies }, (place) => {
  for (const name of [...main.files, "README.md"])
    cpSync(join(folder, name), join(place, name), { recursive: true });
});
rmSync(work, { recursive: true });
