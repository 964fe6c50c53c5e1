import { defineConfig } from 'vite';

// Names without hashes: the agent serves the files with entity tags, and a change of the page is a change of these files alone.
export default defineConfig({
  base: './',
  build: {
    outDir: process.env.DASHBOARD_OUT ?? '../../runtime/Holdfast.Api/Dashboard/Built',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      output: { entryFileNames: 'dashboard.js', assetFileNames: 'dashboard[extname]' },
    },
  },
});
