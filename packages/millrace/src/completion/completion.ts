/**
 * Scripts that let a shell complete calls of the command, made from the very commands and options that commander reads. Called
 * by `millrace completion`. A script asks nothing of Millrace while it completes.
 */

import type { Command, Option } from 'commander'
import { valuesOfFlag } from '../config/text-layers.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import type { CommandShape, OptionShape, ValueShape } from './shape.ts'
import type { shells } from './shells.ts'
import { zshScript } from './zsh.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript }

/** The script for a shell. */
export function completionOf(program: Command, shell: (typeof shells)[number]): string {
  return scripts[shell](program.name(), shapesOf(program))
}

/** What can be typed, a shape for each command. */
export function shapesOf(program: Command): CommandShape[] {
  return program.commands.map((command) => ({
    name: command.name(),
    meaning: command.description(),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionShape), HELP],
    takes: command.registeredArguments.map((argument) =>
      argument.argChoices === undefined
        ? { kind: /^(module|file)$/.test(argument.name()) ? 'file' : 'text' }
        : { kind: 'choice', choices: argument.argChoices },
    ),
  }))
}

const HELP: OptionShape = { short: 'h', long: 'help', meaning: 'display help for command', value: undefined }

function optionShape(option: Option): OptionShape {
  const { short, long = '', description } = option
  return {
    short: short?.slice(1),
    long: long.slice(2),
    meaning: description,
    value: option.required || option.optional ? valueShape(option) : undefined,
  }
}

function valueShape({ argChoices, long, flags }: Option): ValueShape {
  const choices = argChoices ?? valuesOfFlag(long ?? '')
  if (choices !== undefined) return { kind: 'choice', choices }
  return { kind: /<(file|folder|module)>/.test(flags) ? 'file' : 'text' }
}
