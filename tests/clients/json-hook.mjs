// GitHub's packages import JSON files without saying so, which Node wants said: loaded with `node --import`.
import { register } from "node:module";

register(
  "data:text/javascript," +
    encodeURIComponent(`export async function load(url, context, next) {
      return next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);
    }`),
);
