import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import js from '@eslint/js'
import checkFile from 'eslint-plugin-check-file'
import { createNodeResolver, importX } from 'eslint-plugin-import-x'
import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const MAX_LINES = 250
const FEATURES = readdirSync(join(import.meta.dirname, 'src/features'))
const GENERATED_RUNTIME = 'src/api/gen/**'
const LAYERS = ['lib', 'api', 'address', 'components', 'features', 'app'] // each imports itself and those before it

const downwards = LAYERS.slice(0, -1).map((layer, i) => ({
  target: `./src/${layer}`,
  from: LAYERS.slice(i + 1).map((upper) => `./src/${upper}`),
  message: `src/${layer} imports nothing of ${LAYERS.slice(i + 1).join(', ')}.`,
}))
const noOtherFeature = FEATURES.map((feature) => ({
  target: `./src/features/${feature}`,
  from: './src/features',
  except: [`./${feature}`],
  message: 'A feature imports its own files and shared code, never another feature.',
}))
const noTesting = {
  target: './src/!(testing)/**/!(*.test).{ts,tsx}',
  from: './src/testing',
  message: 'Only tests import src/testing.',
}

export default defineConfig(
  globalIgnores(['dist', GENERATED_RUNTIME]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [
      tseslint.configs.strictTypeChecked,
      tseslint.configs.stylisticTypeChecked,
      reactHooks.configs.flat['recommended-latest'],
      jsxA11y.flatConfigs.strict,
    ],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'check-file': checkFile, 'import-x': importX },
    rules: {
      'max-lines': ['error', MAX_LINES],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'check-file/filename-naming-convention': [
        'error',
        { '**/*.{ts,tsx}': 'KEBAB_CASE' },
        { ignoreMiddleExtensions: true },
      ],
      'check-file/folder-naming-convention': ['error', { 'src/**/': 'KEBAB_CASE' }],
      'import-x/no-default-export': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': [
        'error',
        { basePath: import.meta.dirname, zones: [...downwards, ...noOtherFeature, noTesting] },
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['../**'], message: 'Import another folder by its path from src: @/…' }] },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that owns the name.' },
        { selector: 'ExportNamedDeclaration[source]', message: 'No barrels: import from the file that owns the name.' },
        { selector: 'JSXAttribute[name.name="style"]', message: 'Use a class, so that style-src can stay closed.' },
      ],
    },
    settings: {
      'import-x/resolver-next': [
        createNodeResolver({ extensions: ['.ts', '.tsx', '.js'], alias: { '@': [join(import.meta.dirname, 'src')] } }),
      ],
      'import-x/extensions': ['.ts', '.tsx'],
    },
  },
  { files: ['public/**'], languageOptions: { globals: { document: 'readonly', localStorage: 'readonly' } } },
  { files: ['*.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
)
