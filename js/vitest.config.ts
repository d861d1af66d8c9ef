import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { defineConfig } from "vitest/config";

const TEXT = "\0text:";

export default defineConfig({
  plugins: [
    {
      // The same as the build does: a style sheet is text.
      name: "css-as-text",
      enforce: "pre",
      resolveId(source: string, importer: string | undefined) {
        if (!source.endsWith(".css") || !importer) return undefined;
        return `${TEXT}${resolve(dirname(importer), source)}.txt`;
      },
      load(id: string) {
        if (!id.startsWith(TEXT)) return undefined;
        const path = id.slice(TEXT.length, -".txt".length);
        return `export default ${JSON.stringify(readFileSync(path, "utf8"))}`;
      },
    },
  ],
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
  },
});
