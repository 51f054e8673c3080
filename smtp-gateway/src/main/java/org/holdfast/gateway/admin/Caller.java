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

  Who who(String reason) {
    return isBackend() ? new Who(name, reason, pairs) : new Who(name, reason);
  }
}
