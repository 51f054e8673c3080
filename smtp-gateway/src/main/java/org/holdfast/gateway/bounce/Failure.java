package org.holdfast.gateway.bounce;

import java.time.Instant;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/**
 * A delivery that a backend has refused for good: all that its sender is told.
 *
 * @param content the message that was refused
 * @param host the backend's host name or address
 * @param at when it was refused
 */
public record Failure(
    Envelope envelope,
    Recipient recipient,
    Content content,
    Reply reply,
    String host,
    Instant at) {}
