package org.holdfast.gateway.admin;

import java.util.List;

/** Is the gateway fit for traffic? Thread-safe, quick, asked by every {@code GET /readyz}. */
@FunctionalInterface
public interface Readiness {

  /** Why it is not ready, in words for an operator; empty when it is. */
  List<String> reasons();
}
