// Formats generated files: a JSON list of paths and texts on stdin, the same with formatted texts on stdout.
import { json } from "node:stream/consumers";
import { format, resolveConfig } from "prettier";

const options = await resolveConfig("index.js");
const files = await json(process.stdin);
const formatted = files.map(async ([path, text]) => [
  path,
  await format(text, { ...options, filepath: path }),
]);
process.stdout.write(JSON.stringify(await Promise.all(formatted)));
