package org.holdfast.holdqueue;

import java.time.Instant;
import java.util.Map;

/**
 * What an accepted message carries besides its content and its recipients (RFC 5321 section 2.3.1).
 *
 * @param id the queue id, unique for ever; also in {@code X-Holdfast-Id} and in every log line
 * @param reversePath the address of MAIL FROM, without angle brackets; empty for the null
 *     reverse-path
 * @param accepted when the end of data was read
 * @param client who handed it over, for people: {@code name [address]}
 * @param parameters MAIL parameters that the next hop must see again (BODY, SMTPUTF8, RET, ENVID
 *     ...), upper-case keys; an empty value stands for a parameter without one
 */
public record Envelope(
    String id,
    String reversePath,
    Instant accepted,
    String client,
    Map<String, String> parameters) {

  public Envelope {
    parameters = Map.copyOf(parameters);
  }
}
