package org.holdfast.holdqueue;

/**
 * One message for one recipient: the unit that is held, delivered, parked. Named by (message id,
 * recipient number).
 *
 * @param sequence the place in the order of acceptance, strictly rising, the same for all
 *     recipients of a message
 * @param number which recipient of the message, from 0
 * @param attempts how often the backend was asked already
 */
public record Delivery(
    long sequence, int number, Envelope envelope, Recipient recipient, long size, int attempts) {}
