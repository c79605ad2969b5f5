import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';

/*
 * What the type checker cannot see. Formatting is prettier's, folders are dependency-cruiser's.
 * Run from the repository root: npm run lint
 */

/** Files that are a table of data, or a list of cases: long without being hard to read. */
const TABLES = ['tests/**/*.test.ts', 'tests/rules/**', 'src/ui/shared/error-text.ts'];

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: one name for one thing, everywhere.',
};

const SIZE_RULES = {
  'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
  'max-lines-per-function': ['error', { max: 80 }],
  complexity: ['error', 20],
  'max-depth': ['error', 4],
};

/** In .svelte files dependency-cruiser does not see `import type`: the same rules once more, for those. */
const UI_IMPORTS = {
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          regex: '/(stages|storage|inference|sources|headless|kernels|workers|models|server)/',
          message: 'ui talks to the controller in contracts/app.ts; these stay behind it.',
        },
        {
          regex: '/sinks/(?!overlay/)',
          message: 'Of the sinks, ui knows only the overlay.',
        },
        {
          regex: '^(onnxruntime-|idb$|comlink$|mediabunny$|workbox-)',
          message: 'Each of these belongs to one folder, and that is not ui.',
        },
      ],
    },
  ],
};

export default defineConfig(
  {
    name: 'resight/ignored',
    ignores: [
      '**/*.d.ts',
      'dist/',
      'public/',
      'node_modules/',
      'src/node_modules/',
      'tests/.out/',
      // AssemblyScript looks like TypeScript, and is not.
      'src/kernels/*.as.ts',
      'src/kernels/assembly/',
    ],
  },
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  {
    name: 'resight/all',
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: 'module',
      parserOptions: {
        projectService: true,
        tsconfigRootDir: new URL('../..', import.meta.url).pathname,
        extraFileExtensions: ['.svelte'],
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...SIZE_RULES,
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT],
      '@typescript-eslint/consistent-type-imports': 'error',
      // An interface says that a method is asynchronous; that one implementation need not wait is its own affair.
      '@typescript-eslint/require-await': 'off',
      // Knows nothing of fields that change while a method awaits, so it calls needed checks unnecessary.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Numbers in messages are the rule here, not the accident.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // The compiler does this better, and knows about underscores in overrides.
      '@typescript-eslint/no-unused-vars': 'off',
      'no-unused-vars': 'off',
      'no-undef': 'off',
    },
  },
  {
    name: 'resight/svelte',
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser }, globals: globals.browser },
    rules: {
      'no-restricted-syntax': [
        'error',
        NO_DEFAULT_EXPORT,
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message:
            'The security policy blocks style attributes; use a class or a style: directive.',
        },
      ],
      'svelte/button-has-type': 'error',
      'svelte/no-target-blank': 'error',
      'svelte/require-each-key': 'error',
      // Collections are $state.raw and replaced as a whole: what comes from a worker is not made reactive item by item.
      'svelte/prefer-svelte-reactivity': 'off',
      // Callbacks written in the markup are `any` to ESLint, not to svelte-check, which types them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A prop with a default is reassigned by design.
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$bindable'] }],
      'max-lines': ['error', { max: 200 }],
      'max-lines-per-function': 'off',
    },
  },
  { name: 'resight/ui', files: ['src/ui/**'], rules: UI_IMPORTS },
  {
    name: 'resight/programs',
    files: ['server/**', 'models/tools/**', 'tests/**', 'vite.config.ts'],
    languageOptions: { globals: globals.node },
  },
  {
    name: 'resight/default-exports-that-tools-want',
    files: ['vite.config.ts', 'tests/rules/eslint.config.js'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    name: 'resight/tests',
    files: ['tests/**'],
    rules: {
      // A describe block is as long as its cases; a failed `!` is a failed test.
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
  { name: 'resight/tables', files: TABLES, rules: { 'max-lines': 'off' } },
  {
    name: 'resight/plain-javascript',
    files: ['**/*.{js,cjs,mjs}'],
    extends: [ts.configs.disableTypeChecked],
  },
  {
    name: 'resight/commonjs',
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: globals.node },
  },
);
