import { defineConfig } from 'vite';

// The canister serves what stands in `dist`: one document and the files it names, whose names hold their hashes.
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
