export * from '@millrace/core'
