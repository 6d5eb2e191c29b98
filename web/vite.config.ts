import { defineConfig } from 'vitest/config';

// A development server may show the pages of a running portal: PORTAL_ORIGIN=http://brightwater.localhost:8080 npx vite
const portalOrigin = process.env['PORTAL_ORIGIN'];

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    outDir: 'dist',
    assetsDir: 'assets',
    target: 'es2022',
    // The content security policy allows no data: addresses, and the polyfill would be an inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The member portal and the staff console.
    rollupOptions: { input: ['index.html', 'console.html'] },
  },
  server: portalOrigin === undefined ? {} : { proxy: { '/api': { target: portalOrigin, changeOrigin: true } } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
