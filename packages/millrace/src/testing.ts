export * from '@millrace/core/testing'
