package org.holdfast.gateway.admin;

import java.util.Set;
import org.holdfast.routing.Who;

/**
 * Who asks, as its token says.
 *
 * @param pairs the pairs a backend speaks for; empty for other roles
 * @param from the address the request came from
 */
record Caller(String name, Role role, Set<String> pairs, String from) {

  boolean isBackend() {
    return role == Role.BACKEND;
  }

  boolean speaksFor(String pair) {
    return pairs.contains(pair);
  }

  Who who(String reason) {
    return new Who(name, reason);
  }
}
