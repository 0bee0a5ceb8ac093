/** `keepWatch`: finds out that a broker has fallen silent. Called by the reader, which reads answers only while it has room. */

import type { MqttClient } from 'mqtt'

/**
 * Asks a broker that has said nothing for `everyMs`, and calls `onSilent` if it says nothing for as long again. A reader that
 * is full would not hear an answer: then nothing is asked.
 */
export function keepWatch(
  mqtt: MqttClient,
  everyMs: number,
  isFull: () => boolean,
  onSilent: (error: Error) => void,
): void {
  let hasSpoken = true
  let isAsked = false
  mqtt.on('packetreceive', () => {
    hasSpoken = true
  })
  mqtt.once('connect', () => {
    const timer = setInterval(() => {
      if (hasSpoken || isFull()) {
        hasSpoken = false
        isAsked = false
      } else if (isAsked) {
        clearInterval(timer)
        onSilent(new Error(`the broker has not answered for ${everyMs} ms`))
      } else {
        isAsked = true
        mqtt.sendPing()
      }
    }, everyMs)
    mqtt.once('close', () => clearInterval(timer))
  })
}
