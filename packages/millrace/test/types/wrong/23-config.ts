import { defineConfig } from 'millrace'

export default defineConfig({ scheduler: { workers: 'two' } })
