// Opens pages of `metrics.report` in Chromium as a reader would, light and dark, wide and on a phone: axe-core finds no fault,
// nothing is wider than the screen, and what the case expects is on the screen. `cargo xtask test pages` runs it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import axe from "axe-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { cases } = JSON.parse(readFileSync(join(root, "conformance/metrics/page.json"), "utf8"));
const pages = cases.filter((one) => typeof one.expect === "string");
assert.ok(pages.length > 2, "there are pages to open");

const work = mkdtempSync(join(tmpdir(), "relcore-pages-"));
const pictures = join(root, "target/xtask/pages");
mkdirSync(pictures, { recursive: true });

const views = [
  ["light", "--window-size=1200,1600"],
  ["dark", "--window-size=1200,1600", "--blink-settings=preferredColorScheme=0"],
  ["phone", "--window-size=500,900"],
];

function chromium(...more) {
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    `--user-data-dir=${work}/profile`,
  ];
  const options = {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    timeout: 120_000,
    maxBuffer: 1 << 26,
  };
  return execFileSync("chromium", [...flags, ...more], options);
}

/// What the page says of itself in the browser. Its own policy lets no script run, so the copy under test is without it.
function look(page, view) {
  const policy = /<meta http-equiv="Content-Security-Policy"[^>]*>/;
  assert.match(page, policy);
  const probe = `
    const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] });
    const { documentElement: html, body } = document;
    const out = document.createElement("script");
    out.type = "application/json";
    out.id = "found";
    out.textContent = JSON.stringify({
      rules: found.passes.length,
      violations: found.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.html).join(" ")),
      width: [html.scrollWidth, innerWidth],
      background: getComputedStyle(body).backgroundColor,
      headings: [...document.querySelectorAll("h1, h2, h3")].map((heading) => heading.textContent),
      pictures: document.querySelectorAll("svg").length,
      text: body.innerText,
    }).replaceAll("<", "\\\\u003c");
    body.append(out);`;
  const script = `<script>${axe.source.replaceAll("</script>", "<\\/script>")}</script><script type="module">${probe}</script>`;
  const file = join(work, "page.html");
  writeFileSync(
    file,
    page.replace(policy, "").replace("</body>", () => `${script}</body>`),
  );
  const dom = chromium(...view, "--virtual-time-budget=20000", "--dump-dom", pathToFileURL(file).href);
  const found = /<script type="application\/json" id="found">(.*?)<\/script>/s.exec(dom);
  assert.ok(found, "the probe ran");
  return JSON.parse(found[1]);
}

try {
  const backgrounds = new Set();
  for (const [index, { description, expect, input }] of pages.entries()) {
    for (const [name, ...view] of views) {
      const seen = look(expect, view);
      assert.deepEqual(seen.violations, [], `${description}, ${name}`);
      assert.ok(seen.rules > 10, "axe-core looked at the page");
      assert.ok(
        seen.width[0] <= seen.width[1],
        `${description}, ${name}: ${seen.width.join(" of ")} pixels wide`,
      );
      assert.equal(seen.headings[0], input.title || "Release metrics");
      backgrounds.add(seen.background);
      if (index === 0) {
        assert.ok(seen.pictures >= 3, "the first page has pictures");
        assert.match(seen.text, /25 %\*/);
        assert.ok(seen.text.includes("<i>cart</i>"), "markup in a name is shown as text");
      }
    }
    const file = join(work, "as-it-is.html");
    writeFileSync(file, expect);
    const picture = join(pictures, `${index}.png`);
    chromium("--window-size=1200,1600", `--screenshot=${picture}`, pathToFileURL(file).href);
    assert.ok(statSync(picture).size > 10_000, "the page is not blank");
  }
  assert.equal(backgrounds.size, 2, "light and dark differ");
  console.log(
    `${pages.length} pages opened in Chromium, ${views.length} views each; pictures in target/xtask/pages`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
