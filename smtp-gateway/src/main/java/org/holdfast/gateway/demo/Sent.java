package org.holdfast.gateway.demo;

/**
 * One attempt of a sender.
 *
 * @param number of the message, counted per user from 1
 * @param reply the gateway's last word, empty when the connection broke before one came
 * @param atNanos when the reply came, on the clock of {@link System#nanoTime}
 * @param tookNanos how long the sender waited
 */
record Sent(int number, String reply, long atNanos, long tookNanos) {

  boolean accepted() {
    return reply.startsWith("2");
  }

  boolean bounced() {
    return reply.startsWith("5");
  }
}
