export * from '@millrace/terms'
