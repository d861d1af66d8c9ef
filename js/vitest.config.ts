import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      // The same as the build does: a style sheet is text.
      name: "css-as-text",
      enforce: "pre",
      transform(code: string, id: string) {
        if (id.endsWith(".css")) return `export default ${JSON.stringify(code)}`;
        return undefined;
      },
    },
  ],
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    css: false,
  },
});
