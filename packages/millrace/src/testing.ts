export * from '@millrace/core/testing'
export * from '@millrace/scheduler/testing'
