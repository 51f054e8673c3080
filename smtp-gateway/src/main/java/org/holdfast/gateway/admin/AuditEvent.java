package org.holdfast.gateway.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One change somebody made.
 *
 * @param id rises by one with each event and goes on over restarts
 * @param who name of the token
 * @param from address the request came from
 * @param what kind of change, such as {@code user.state}
 * @param target what was changed: an address, a pair, a queue id, {@code *}
 * @param why the reason given, may be empty
 * @param before what was there, null when it was not looked up or there was nothing
 * @param after what is there now, null when it is gone
 */
public record AuditEvent(
    long id,
    Instant at,
    String who,
    String from,
    String what,
    String target,
    String why,
    @Nullable JsonNode before,
    @Nullable JsonNode after) {}
