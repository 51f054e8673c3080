package org.holdfast.gateway.bounce;

import java.time.Instant;
import org.holdfast.gateway.reply.Reply;
import org.holdfast.holdqueue.Content;
import org.holdfast.holdqueue.Envelope;
import org.holdfast.holdqueue.Recipient;

/**
 * What happened to a message for one recipient: all that its sender is told.
 *
 * @param content the message
 * @param reply what the backend said, or words of ours
 * @param host the backend's host name or address; empty when none was asked
 * @param at when it happened
 */
public record Report(
    Action action,
    Envelope envelope,
    Recipient recipient,
    Content content,
    Reply reply,
    String host,
    Instant at) {}
