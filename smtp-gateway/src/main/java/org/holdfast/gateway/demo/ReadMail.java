package org.holdfast.gateway.demo;

/**
 * A message as it was found in a mailbox.
 *
 * @param number the sender's number; 0 when the message bears none
 * @param holdfastId the gateway's id; empty when the message bears none
 */
record ReadMail(int number, String holdfastId) {}
